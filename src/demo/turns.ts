/** Deals turns by weight: after any number of them each name has had its share, give or take one. */
export class Turns {
  readonly #credit = new Map<string, number>();

  /** Whose turn it is; undefined when all weights are 0. */
  next(weights: ReadonlyMap<string, number>): string | undefined {
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    if (total <= 0) return undefined;
    let chosen: string | undefined;
    for (const [name, weight] of weights) {
      if (weight <= 0) continue;
      const credit = (this.#credit.get(name) ?? 0) + weight;
      this.#credit.set(name, credit);
      if (chosen === undefined || credit > (this.#credit.get(chosen) ?? 0)) chosen = name;
    }
    if (chosen !== undefined) this.#credit.set(chosen, (this.#credit.get(chosen) ?? 0) - total);
    return chosen;
  }
}
