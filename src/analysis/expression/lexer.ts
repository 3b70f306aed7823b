import { Problem } from "../../api/problem.ts";
import { bytes, unescaped } from "./escape.ts";

/**
 * One word of an expression. `let`, `not`, `in` and their like are operators, quotes are already resolved.
 */
export interface Token {
  readonly kind: "Identifier" | "Number" | "String" | "Bytes" | "Operator" | "Bracket" | "EOF";
  readonly value: string;
}

/** The names that the grammar keeps for itself. */
const words: ReadonlySet<string> = new Set(
  "not in or and matches contains startsWith endsWith let if else".split(" "),
);

const blank = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const identifier = /[\p{L}_$][\p{L}\p{Nd}_$]*/uy;
const based = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+/y;
const decimal = /(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?[\d_]+)?/y;
const quoted = /(b?)("(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/y;
const raw = /`[^`]*`/y;
const bracket = /[()[\]{}]/y;
const operator = /\?\.|\?\?|\.\.|\*\*|&&|\|\||[=!<>]=|[-+*/%^<>!=&|,:;#.?]/y;

/** The words of an expression, the last one being `EOF`. Throws a `Problem` at what no word begins with. */
export function lex(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = end(blank, source, 0);
  while (at < source.length) {
    const [token, next] = tokenAt(source, at);
    tokens.push(token);
    at = end(blank, source, next);
  }
  tokens.push({ kind: "EOF", value: "" });
  return tokens;
}

/** The token in the words of the peer's errors: `Number("10")`, `Operator(",")`, `EOF`. */
export function tokenText(token: Token): string {
  return token.value === "" ? token.kind : `${token.kind}(${JSON.stringify(token.value)})`;
}

function tokenAt(source: string, at: number): readonly [Token, number] {
  const text = stringAt(source, at);
  if (text !== undefined) return text;

  const name = match(identifier, source, at);
  if (name !== "")
    return [{ kind: words.has(name) ? "Operator" : "Identifier", value: name }, at + name.length];

  const digits = match(based, source, at) || match(decimal, source, at);
  if (digits !== "") {
    const stray = match(identifier, source, at + digits.length);
    if (stray !== "") throw new Problem(`bad number syntax: ${JSON.stringify(digits + stray)}`);
    return [{ kind: "Number", value: digits }, at + digits.length];
  }

  const open = match(bracket, source, at);
  if (open !== "") return [{ kind: "Bracket", value: open }, at + 1];

  if (source.startsWith("/*", at)) throw new Problem("unclosed comment");
  const sign = match(operator, source, at);
  if (sign !== "") return [{ kind: "Operator", value: sign }, at + sign.length];

  throw new Problem(unrecognized(source, at));
}

function stringAt(source: string, at: number): readonly [Token, number] | undefined {
  const plain = match(raw, source, at);
  if (plain !== "") return [{ kind: "String", value: plain.slice(1, -1) }, at + plain.length];

  const whole = match(quoted, source, at);
  if (whole === "") return undefined;
  const value = whole.startsWith("b") ? bytes(whole.slice(2, -1)) : unescaped(whole.slice(1, -1));
  return [{ kind: whole.startsWith("b") ? "Bytes" : "String", value }, at + whole.length];
}

function match(pattern: RegExp, source: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? "";
}

function end(pattern: RegExp, source: string, at: number): number {
  return at + match(pattern, source, at).length;
}

function unrecognized(source: string, at: number): string {
  const character = String.fromCodePoint(source.codePointAt(at) ?? 0);
  if (`"'\``.includes(character)) return "literal not terminated";
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `unrecognized character: U+${code} '${character}'`;
}
