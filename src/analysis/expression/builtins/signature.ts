import { Problem } from "../../../api/problem.ts";
import type { Frame } from "../frame.ts";
import { assignable, type Type, unknownType } from "../types.ts";
import { isList, isMap, type ListValue, type MapValue, typeName } from "../values.ts";

/** A function that every expression knows. */
export interface Builtin {
  /** The type of its result. Throws a `Problem` when the arguments are known not to fit. */
  readonly type: (args: readonly Type[], name: string) => Type;
  /** Throws a `Problem` when the arguments turn out not to fit. */
  readonly run: Compute;
}

type Compute = (args: readonly unknown[], frame: Frame, name: string) => unknown;

/** A function of these parameters, of which the last ones may be left out. */
export function signature(params: readonly Type[], result: Type, run: Compute, optional = 0): Builtin {
  return {
    type(args, name) {
      checkArguments(params, args, name, optional);
      return result;
    },
    run,
  };
}

/** Throws a `Problem` when there are too few or too many arguments, or one has the wrong type. */
export function checkArguments(
  params: readonly Type[],
  args: readonly Type[],
  name: string,
  optional = 0,
): void {
  if (args.length < params.length - optional) throw new Problem(`not enough arguments to call ${name}`);
  if (args.length > params.length) throw new Problem(`too many arguments to call ${name}`);
  for (const [at, given] of args.entries()) {
    const asked = params[at] ?? unknownType;
    if (assignable(given, asked)) continue;
    throw new Problem(`cannot use ${given.name} as argument (type ${asked.name}) to call ${name}`);
  }
}

/** A function of one argument that may be of any of these kinds. */
export function unary(
  kinds: readonly Type["kind"][],
  result: (argument: Type) => Type,
  run: Compute,
): Builtin {
  return {
    type(args, name) {
      const [argument] = args;
      if (argument === undefined) throw new Problem(`not enough arguments to call ${name}`);
      if (args.length > 1) throw new Problem(`too many arguments to call ${name}`);
      if (argument.kind !== "unknown" && !kinds.includes(argument.kind)) throw wrong(name, argument.name);
      return result(argument);
    },
    run,
  };
}

/** The problem of an argument that the function cannot take. */
export function wrong(name: string, type: string): Problem {
  return new Problem(`invalid argument for ${name} (type ${type})`);
}

/** The value as a text. Throws a `Problem` when it is none. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  throw new Problem(`interface conversion: interface {} is ${nilOr(value)}, not string`);
}

/** The value as a list. Throws a `Problem` when it is none. */
export function list(value: unknown, name: string): ListValue {
  if (isList(value)) return value;
  throw wrong(name, typeName(value));
}

/** The value as a map. Throws a `Problem` when it is none. */
export function map(value: unknown, name: string): MapValue {
  if (isMap(value)) return value;
  throw wrong(name, typeName(value));
}

function nilOr(value: unknown): string {
  return value === null ? "nil" : typeName(value);
}
