import { Problem } from "../../api/problem.ts";

const simple: ReadonlyMap<string, string> = new Map([
  ["a", "\x07"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["?", "?"],
]);

const escapes =
  /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|u\{([\da-fA-F]{1,6})\}|([0-3][0-7]{2})|([\s\S]))/g;

/**
 * The text between two quotes with its escapes resolved. Throws a `Problem` at an escape that does not
 * exist.
 */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(escapes, (_whole, x, u, long, braced, octal, other) => {
    if (other !== undefined) return simpleEscape(other);
    const code =
      octal === undefined ? Number.parseInt(x ?? u ?? long ?? braced, 16) : Number.parseInt(octal, 8);
    if (code > 0x10ffff) throw new Problem("unable to unescape string");
    return String.fromCodePoint(code);
  });
}

/**
 * The same for bytes, one character (0 to 255) for each: `\xNN` is a byte, other characters are their UTF-8
 * bytes.
 */
export function bytes(text: string): string {
  const parts = text.split(/(\\x[\da-fA-F]{2}|\\[0-3][0-7]{2}|\\[\s\S])/);
  return parts.map((part, index) => (index % 2 === 1 ? unescaped(part) : utf8(part))).join("");
}

function utf8(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function simpleEscape(letter: string): string {
  const value = simple.get(letter);
  if (value === undefined) throw new Problem(`unable to unescape string: unknown escape \\${letter}`);
  return value;
}
