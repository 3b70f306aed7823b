/** A Kubernetes quantity as far as its text says: how much, and how it wants to be written. */
interface Quantity {
  /** The amount in thousand-millionths (10⁻⁹), the finest that Kubernetes keeps; always ≥ 0. */
  readonly nanos: bigint;
  readonly negative: boolean;
  readonly format: "decimal" | "exponent" | "binary";
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?((?:[eE][+-]?\d+|[KMGTPE]i|[numkMGTPE])?)$/;

/** One to three digits with a usual suffix need no work: there is nothing to shorten. */
const alreadyShort = /^(?:[1-9]\d{0,2}(?:m|k|M|G|Ki|Mi|Gi)?|0)$/;

const decimalPowers = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const decimalSuffixes = new Map([...decimalPowers].map(([suffix, power]) => [power, suffix]));
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

const nano = 1_000_000_000n;
/** The largest amount: 2⁶³ − 1 units. */
const largest = (2n ** 63n - 1n) * nano;
/** Powers of ten beyond this give the largest or the smallest amount whatever the digits say. */
const farthestPower = 64;

/**
 * The form in which Kubernetes stores a quantity: `1000m` becomes `1`, `1024Mi` becomes `1Gi`, `0.5` becomes
 * `500m`. Amounts finer than 10⁻⁹ are rounded up, amounts beyond 2⁶³ − 1 become that. Text that is no
 * quantity is returned as it is, because the API server is the one to refuse it. Source: the Quantity page of
 * the Kubernetes API reference.
 */
export function canonicalQuantity(quantity: string | number): string {
  const text = String(quantity).trim();
  if (alreadyShort.test(text)) return text;
  const parsed = parse(text);
  if (parsed === undefined) return text;
  if (parsed.nanos === 0n) return "0";
  const amount = parsed.format === "binary" ? binaryText(parsed) : decimalText(parsed);
  return parsed.negative ? `-${amount}` : amount;
}

/** The amount of a quantity in units (cores, bytes), as near as a double comes; undefined when it is none. */
export function quantityValue(quantity: string | number): number | undefined {
  const parsed = parse(String(quantity).trim());
  if (parsed === undefined) return undefined;
  const units = Number(parsed.nanos / nano) + Number(parsed.nanos % nano) / 1e9;
  return parsed.negative ? -units : units;
}

function parse(text: string): Quantity | undefined {
  const [, sign, whole = "", fraction = "", suffix = ""] = pattern.exec(text) ?? [];
  const digits = whole + fraction;
  if (sign === undefined || digits === "") return undefined;

  const negative = sign === "-";
  if (suffix.endsWith("i")) {
    const scale = 1024n ** BigInt(binarySuffixes.indexOf(suffix));
    const nanos = bounded(BigInt(digits) * scale, -fraction.length);
    return { nanos, negative, format: nanos < nano ? "decimal" : "binary" };
  }
  const power = decimalPowers.get(suffix);
  if (power !== undefined) {
    return { nanos: bounded(BigInt(digits), power - fraction.length), negative, format: "decimal" };
  }
  const exponent = Number(suffix.slice(1)) - fraction.length;
  return { nanos: bounded(BigInt(digits), exponent), negative, format: "exponent" };
}

/** `amount` × 10^`power` in thousand-millionths, rounded up and never beyond the largest amount. */
function bounded(amount: bigint, power: number): bigint {
  if (amount === 0n) return 0n;
  if (power > farthestPower) return largest;
  const shift = power + 9;
  const nanos = shift >= 0 ? amount * 10n ** BigInt(shift) : dividedUp(amount, -shift);
  return nanos > largest ? largest : nanos;
}

function dividedUp(amount: bigint, power: number): bigint {
  if (power > amount.toString().length) return 1n;
  const divisor = 10n ** BigInt(power);
  return (amount + divisor - 1n) / divisor;
}

/** As many thousands as there are go into the suffix, so that the digits stay whole. */
function decimalText({ nanos, format }: Quantity): string {
  let power = -9;
  let digits = nanos;
  while (digits % 1000n === 0n) {
    digits /= 1000n;
    power += 3;
  }
  if (format === "exponent") return power === 0 ? `${digits}` : `${digits}e${power}`;
  return `${digits}${decimalSuffixes.get(power) ?? ""}`;
}

/** Fractions of a unit and amounts below 1024 are written in the decimal form. */
function binaryText(quantity: Quantity): string {
  if (quantity.nanos % nano !== 0n || quantity.nanos < 1024n * nano) {
    return decimalText({ ...quantity, format: "decimal" });
  }
  let power = 0;
  let digits = quantity.nanos / nano;
  while (digits % 1024n === 0n && power < binarySuffixes.length - 1) {
    digits /= 1024n;
    power += 1;
  }
  return `${digits}${binarySuffixes[power] ?? ""}`;
}
