import { Problem } from "../../api/problem.ts";
import { grow, type Typed } from "./frame.ts";
import { mapType } from "./types.ts";
import { literalListType } from "./typing.ts";
import { typeName } from "./values.ts";

/** `[a, b]`. */
export function list(items: readonly Typed[]): Typed {
  return {
    type: literalListType(items.map((item) => item.type)),
    run(frame) {
      grow(frame, items.length);
      return items.map((item) => item.run(frame));
    },
  };
}

/** `{a: 1}`. Throws a `Problem` when a key is known to be no text. */
export function map(entries: readonly (readonly [key: Typed, value: Typed])[]): Typed {
  for (const [key] of entries) {
    if (key.type.kind === "string" || key.type.kind === "unknown") continue;
    throw new Problem(`cannot use ${key.type.name} as type string in map key`);
  }
  return {
    type: mapType,
    run(frame) {
      grow(frame, entries.length);
      return new Map(entries.map(([key, value]) => [keyOf(key.run(frame)), value.run(frame)]));
    },
  };
}

function keyOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Problem(`cannot use ${typeName(value)} as type string in map key`);
}
