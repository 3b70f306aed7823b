type Json = Readonly<Record<string, unknown>>;

/** A value inside an object. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, field) => (found as Json | undefined | null)?.[field], value);
}

/** A number inside an object; 0 where there is none. */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  return Number(at(value, ...path) ?? 0);
}
