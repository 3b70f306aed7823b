import { Problem } from "../../api/problem.ts";
import type { Instant } from "../../api/time.ts";
import { compile as compileNode } from "./compile.ts";
import {
  clock,
  conditionEnvironment,
  conditionNames,
  type Environment,
  timeEnvironment,
  timeNames,
} from "./environment.ts";
import { newFrame, type Typed } from "./frame.ts";
import { parse } from "./parser.ts";
import type { Value } from "./result.ts";
import type { Node } from "./syntax.ts";
import { isTime, typeName } from "./values.ts";

/**
 * An expression that was understood. Its types are checked when it meets a result, as they depend on it.
 */
export interface Condition {
  readonly source: string;
  readonly syntax: Node;
}

/** Understands an expression. Throws a `Problem` in the peer's words when it cannot (analysis 3.3). */
export function compile(source: string): Condition {
  return bounded(() => ({ source, syntax: parse(source) }));
}

/**
 * The truth of a condition for a result. Throws a `Problem` in the peer's words when the types do not fit,
 * something is missing, or the answer is neither true nor false. `now` is what `now()` says.
 */
export function evaluate({ syntax }: Condition, result: Value, now?: Instant): boolean {
  const program = checked(syntax, conditionEnvironment(result.type));
  const value = run(program, conditionNames(result.value), now);
  if (typeof value === "boolean") return value;
  const known = program.type.kind === "int" && typeof value === "bigint";
  throw new Problem(`expected bool, but got ${known ? program.type.name : typeName(value)}`);
}

/**
 * The instant that an expression such as `now() - duration("1h")` says: the start or end of a range query.
 * Throws a `Problem` in the peer's words when it says none (analysis 3.5).
 */
export function evaluateTime(source: string, now: Instant): Instant {
  const program = checked(compile(source).syntax, timeEnvironment);
  const value = run(program, timeNames, now);
  if (!isTime(value)) throw new Problem(`expected time.Time, but got ${typeName(value)}`);
  return (Number(value.nanos / 1_000n) / 1_000) as Instant;
}

/**
 * The value of an expression over any names, of which nothing is known beforehand: an unknown one is nothing.
 * `time.Now()` and `time.Parse(rfc3339)` are always there. Throws a `Problem` when something is asked of a
 * value that it cannot do (analysis 8.4).
 */
export function evaluateLoosely(
  { syntax }: Condition,
  names: ReadonlyMap<string, unknown>,
  now: Instant,
): unknown {
  const all = new Map([...names, ["time", clock(now)] as const]);
  return run(checked(syntax, { types: new Map(), strict: false }), all, now);
}

function checked(syntax: Node, environment: Environment): Typed {
  return bounded(() => compileNode(syntax, { environment, variables: new Map(), pointers: [] }));
}

function run(program: Typed, names: ReadonlyMap<string, unknown>, now: Instant | undefined): unknown {
  return bounded(() => program.run(newFrame(names, now)));
}

/**
 * A value or expression too deep or too large for the machine is a problem of the expression, like any
 * other.
 */
function bounded<T>(compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    if (error instanceof RangeError)
      throw new Problem("expression is nested too deeply or makes too large a value");
    throw error;
  }
}
