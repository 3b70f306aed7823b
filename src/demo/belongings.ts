/**
 * What must not outlive the demo: processes, servers, watches, files. They are ended once, the latest first.
 */
export class Belongings {
  readonly #ends: (() => unknown)[] = [];

  /** Something to be ended, and how. */
  add(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** Ends everything; what cannot be ended does not keep the rest from it. Resolves to what went wrong. */
  async end(): Promise<readonly unknown[]> {
    const errors: unknown[] = [];
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      try {
        await end();
      } catch (error) {
        errors.push(error);
      }
    }
    return errors;
  }
}
