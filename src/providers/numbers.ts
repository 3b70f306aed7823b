/** The floats that JSON cannot say. */
const special: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Inf", Infinity],
  ["+Inf", Infinity],
  ["-Inf", -Infinity],
]);

/** The number that a text says; undefined when it says none. */
export function numberOf(text: string): number | undefined {
  const known = special.get(text);
  if (known !== undefined) return known;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

/** The shortest decimal text that says the number, never with an exponent: `0.000000001`, `NaN`, `+Inf`. */
export function decimal(value: number): string {
  const text = specialText(value) ?? signed(value);
  const [, sign = "", whole = "", fraction = "", exponent] =
    /^(-?)(\d+)\.?(\d*)(?:e([+-]\d+))?$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
}

/** The number as Go prints it: with an exponent of two digits below 10⁻⁴ and from 10²¹ on. */
export function printed(value: number): string {
  const text = specialText(value);
  if (text !== undefined) return text;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  }
  return signed(value);
}

/** The number with this many digits after the point. */
export function fixed(value: number, digits: number): string {
  const text = specialText(value);
  if (text !== undefined) return text;
  if (Math.abs(value) < 1e21) return Object.is(value, -0) ? `-${(0).toFixed(digits)}` : value.toFixed(digits);
  return `${BigInt(value)}.${"0".repeat(digits)}`;
}

/** `[1,2.5,NaN]`: a list of numbers as the status shows it. */
export function listed(values: Iterable<number>, written: (value: number) => string = decimal): string {
  return `[${[...values].map((value) => written(value)).join(",")}]`;
}

function specialText(value: number): string | undefined {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? "+Inf" : "-Inf";
}

function signed(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
