import type { Millis } from "../../src/api/time.ts";

/** So many milliseconds. */
export function millis(count: number): Millis {
  return count as Millis;
}
