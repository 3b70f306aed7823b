import { convertBuiltins } from "./convert.ts";
import { dateBuiltins } from "./dates.ts";
import { listBuiltins } from "./lists.ts";
import { mapBuiltins } from "./maps.ts";
import { numberBuiltins } from "./numbers.ts";
import type { Builtin } from "./signature.ts";
import { textBuiltins } from "./text.ts";

/**
 * Every function that takes plain values, by its name. Those that take predicates are in `predicates.ts`.
 */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({
    ...convertBuiltins,
    ...dateBuiltins,
    ...listBuiltins,
    ...mapBuiltins,
    ...numberBuiltins,
    ...textBuiltins,
  }),
);
