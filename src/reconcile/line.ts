/** Who waits in a line: first in, first out, and anyone may leave it; each in constant time. */
export class Line<T> {
  /** The place of each that waits, counted from the beginning of the line. */
  readonly #places = new Map<T, number>();
  /** In the order in which they came, from the place `#start` on; those that have left are still here. */
  #items: T[] = [];
  #start = 0;
  #head = 0;

  get length(): number {
    return this.#places.size;
  }

  /** The one that has waited longest; undefined when nobody waits. */
  get first(): T | undefined {
    while (this.#head < this.#items.length && !this.#isThere(this.#head)) this.#head += 1;
    const isSpent = this.#head === this.#items.length || this.#head >= 1024;
    if (isSpent && this.#head > 0) this.#forget();
    return this.#items[this.#head];
  }

  /** Puts an item at the end; one that waits already keeps its place. */
  push(item: T): void {
    if (this.#places.has(item)) return;
    this.#places.set(item, this.#start + this.#items.length);
    this.#items.push(item);
  }

  /** Takes the one that has waited longest; undefined when nobody waits. */
  shift(): T | undefined {
    const item = this.first;
    if (item !== undefined) this.#places.delete(item);
    return item;
  }

  /** Takes an item out, wherever it stands. */
  delete(item: T): void {
    this.#places.delete(item);
  }

  clear(): void {
    this.#places.clear();
  }

  #isThere(index: number): boolean {
    return this.#places.get(this.#items[index] as T) === this.#start + index;
  }

  #forget(): void {
    this.#items = this.#items.slice(this.#head);
    this.#start += this.#head;
    this.#head = 0;
  }
}
