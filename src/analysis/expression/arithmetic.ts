import { Problem } from "../../api/problem.ts";
import { durationValue, isDuration, isNumeric, isTime, timeValue, typeName } from "./values.ts";

/** `+`: numbers, texts, and times with durations. Two whole numbers stay whole, with 64 bits that wrap. */
export function add(left: unknown, right: unknown): unknown {
  if (typeof left === "bigint" && typeof right === "bigint") return wrapped(left + right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) + Number(right);
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (isTime(left) && isDuration(right)) return timeValue(left.nanos + right.nanos, left.zone);
  if (isDuration(left) && isTime(right)) return timeValue(left.nanos + right.nanos, right.zone);
  if (isDuration(left) && isDuration(right)) return durationValue(left.nanos + right.nanos);
  throw mismatch("+", left, right);
}

/** `-`: numbers, and times with durations. */
export function subtract(left: unknown, right: unknown): unknown {
  if (typeof left === "bigint" && typeof right === "bigint") return wrapped(left - right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) - Number(right);
  if (isTime(left) && isTime(right)) return durationValue(left.nanos - right.nanos);
  if (isTime(left) && isDuration(right)) return timeValue(left.nanos - right.nanos, left.zone);
  if (isDuration(left) && isDuration(right)) return durationValue(left.nanos - right.nanos);
  throw mismatch("-", left, right);
}

/** `*`: numbers, and durations with numbers. */
export function multiply(left: unknown, right: unknown): unknown {
  if (typeof left === "bigint" && typeof right === "bigint") return wrapped(left * right);
  if (isNumeric(left) && isNumeric(right)) return Number(left) * Number(right);
  if (isDuration(left)) return scaled(left.nanos, right, () => mismatch("*", left, right));
  if (isDuration(right)) return scaled(right.nanos, left, () => mismatch("*", left, right));
  throw mismatch("*", left, right);
}

/** Whole times duration is a duration, anything else a plain number of nanoseconds. */
function scaled(nanos: bigint, by: unknown, problem: () => Problem): unknown {
  if (typeof by === "bigint") return durationValue(nanos * by);
  if (isDuration(by)) return durationValue(nanos * by.nanos);
  if (typeof by === "number") return Number(nanos) * by;
  throw problem();
}

/** `/`: always a float; a division by zero is infinite or not a number. */
export function divide(left: unknown, right: unknown): unknown {
  if (isNumeric(left) && isNumeric(right)) return Number(left) / Number(right);
  throw mismatch("/", left, right);
}

/** `%`: two whole numbers, with the sign of the left one. */
export function remainder(left: unknown, right: unknown): unknown {
  if (typeof left !== "bigint" || typeof right !== "bigint") throw mismatch("%", left, right);
  if (right === 0n) throw new Problem("runtime error: integer divide by zero");
  return left % right;
}

/** `**`: always a float. */
export function power(left: unknown, right: unknown): unknown {
  if (!isNumeric(left) || !isNumeric(right)) throw mismatch("**", left, right);
  const base = Number(left);
  const exponent = Number(right);
  // Go says 1 where JavaScript says NaN: one to any power, and minus one to an infinite one.
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

/** Unary `-`. */
export function negate(value: unknown): unknown {
  if (typeof value === "bigint") return wrapped(-value);
  if (typeof value === "number") return -value;
  throw new Problem(`invalid operation: - ${typeName(value)}`);
}

/** A whole number in 64 bits. */
export function wrapped(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

function mismatch(operator: string, left: unknown, right: unknown): Problem {
  return new Problem(`invalid operation: ${typeName(left)} ${operator} ${typeName(right)}`);
}
