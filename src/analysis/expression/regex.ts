import { createRequire } from "node:module";
import type { RE2JS } from "re2js";
import { Problem } from "../../api/problem.ts";

let engine: typeof RE2JS | undefined;

/** A pattern, ready to be found in texts. */
export interface Pattern {
  /** How much work one character of a text can be. */
  readonly cost: number;
  /** Whether it is found anywhere in the text. */
  readonly test: (text: string) => boolean;
}

/**
 * Compiles a pattern in RE2 syntax, whose search takes time linear in the text. The engine is loaded by the
 * first condition that needs it. Throws a `Problem` with the cause when the pattern is none.
 */
export function pattern(source: string): Pattern {
  engine ??= load();
  try {
    const compiled = engine.compile(source);
    return { cost: 1 + compiled.programSize() / 16, test: (text) => compiled.matcher(text).find() };
  } catch (error) {
    throw new Problem(error instanceof Error ? error.message : "error parsing regexp");
  }
}

/** A bundle has `require` built in, with the engine inside; plain modules make their own. */
function load(): typeof RE2JS {
  const loaded: typeof import("re2js") =
    typeof require === "function" ? require("re2js") : createRequire(import.meta.url)("re2js");
  return loaded.RE2JS;
}
