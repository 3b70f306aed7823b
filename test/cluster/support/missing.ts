/** A part that the cluster tests need is not on this machine: what, and how to get it. */
export class Missing extends Error {
  readonly part: string;

  constructor(part: string, why: string) {
    super(`${part}: ${why}`);
    this.name = "Missing";
    this.part = part;
  }
}
