import { Problem } from "../../api/problem.ts";
import { type Builtin, checkArguments } from "./builtins/signature.ts";
import { type Frame, type Run, spend, type Typed } from "./frame.ts";
import { skipped } from "./members.ts";
import { floatType, type Type, unknownType } from "./types.ts";
import { isFunction, isList, isMap, typeName } from "./values.ts";

/** An argument of a call, and whether it is a number that is written out. */
export interface Argument extends Typed {
  readonly written: boolean;
}

/** The call of a function of the language. Throws a `Problem` when the arguments are known not to fit. */
export function builtinCall(builtin: Builtin, given: readonly Argument[], name: string): Typed {
  const type = builtin.type(
    given.map((argument) => argument.type),
    name,
  );
  return { type, run: withArguments(given, (values, frame) => builtin.run(values, frame, name)) };
}

/** The call of a function of the environment or of a method. Throws a `Problem` when it cannot be. */
export function callOf(target: Typed, given: readonly Argument[], name: string): Typed {
  if (target.type.kind === "unknown") return { type: unknownType, run: calling(target, given) };
  if (target.type.kind !== "function") throw new Problem(`${target.type.name} is not callable`);

  const { params, result } = target.type;
  const fitted = given.map((argument, at) => asFloat(argument, params[at]));
  checkArguments(
    params,
    fitted.map((argument) => argument.type),
    name,
  );
  return { type: result, run: calling(target, fitted) };
}

/** A whole number that is written out may stand where a float is asked for. */
function asFloat(argument: Argument, asked: Type | undefined): Typed {
  if (asked?.kind !== "float" || argument.type.kind !== "int" || !argument.written) return argument;
  return { type: floatType, run: (frame) => Number(argument.run(frame)) };
}

function calling(target: Typed, given: readonly Typed[]): Run {
  const run = withArguments(given, (values) => values);
  return (frame) => {
    const value = target.run(frame);
    if (value === skipped) return skipped;
    if (!isFunction(value)) throw new Problem(`${typeName(value)} is not callable`);
    return value.call(run(frame));
  };
}

/** Runs the arguments and accounts for their size, since a function may look at all of each. */
function withArguments<T>(given: readonly Typed[], compute: (values: readonly unknown[], frame: Frame) => T) {
  const runs = given.map((argument) => argument.run);
  return (frame: Frame): T => {
    const values = runs.map((run) => run(frame));
    for (const value of values) spend(frame, sizeOf(value));
    return compute(values, frame);
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === "string") return 1 + (value.length >> 4);
  if (isList(value)) return 1 + (value.length >> 2);
  return isMap(value) ? 2 : 1;
}
