/** Why a text is no number, in Go's words. */
export type NumberFault = "invalid syntax" | "value out of range";

/** The whole number of 64 bits that a text says in base 10, or why it says none. */
export function parseInt64(text: string): bigint | NumberFault {
  if (!/^[+-]?\d+$/.test(text)) return "invalid syntax";
  // Longer texts are out of range or only zeros; reading a huge one would take long.
  if (text.replace(/^[+-]?0*/, "").length > 19) return "value out of range";
  const value = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, value) === value ? value : "value out of range";
}

const special: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Infinity],
  ["+inf", Infinity],
  ["-inf", -Infinity],
  ["infinity", Infinity],
  ["+infinity", Infinity],
  ["-infinity", -Infinity],
]);

/**
 * The float that a text says in Go's syntax (`1.5`, `1e3`, `NaN`, `-Inf`, `0x1p-2`), or why it says none.
 */
export function parseFloat64(text: string): number | NumberFault {
  const named = special.get(text.toLowerCase());
  if (named !== undefined) return named;
  if (/(?<!\d)_|_(?!\d)/.test(text)) return "invalid syntax";
  const plain = text.replaceAll("_", "");
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(plain)) return finite(Number(plain));
  const hex = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i.exec(plain);
  const [, sign, whole = "", fraction = "", exponent] = hex ?? [];
  if (whole + fraction === "") return "invalid syntax";
  const size = Number.parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
  return finite(sign === "-" ? -size : size);
}

function finite(value: number): number | NumberFault {
  return Number.isFinite(value) ? value : "value out of range";
}
