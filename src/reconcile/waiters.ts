/** Who waits until something is so. */
export class Waiters {
  #waiting: { isSo(): boolean; resolve(): void }[] = [];

  /** Resolves when this is so: at once, or when it is found so by `tell`. */
  until(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ isSo, resolve });
    });
  }

  /** Something may have become so. */
  tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) {
      if (each.isSo()) each.resolve();
      else this.#waiting.push(each);
    }
  }
}
