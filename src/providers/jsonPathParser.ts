import { Problem } from "../api/problem.ts";

/**
 * A JSONPath template of Kubernetes: what stands between braces is looked up, what stands outside is text.
 */
export type JsonPath = readonly JsonPathPart[];

/** The parts of a template: texts, and actions, each a chain of nodes. */
export type JsonPathPart =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "action"; readonly nodes: readonly JsonPathNode[] };

/** One link of the chain; each is asked about everything that the one before has found. */
export type JsonPathNode =
  | { readonly is: "field"; readonly name: string }
  | { readonly is: "wildcard" }
  | { readonly is: "recursive" }
  | { readonly is: "literal"; readonly value: string | boolean }
  | { readonly is: "number"; readonly value: number; readonly float: boolean }
  | { readonly is: "range" }
  | { readonly is: "end" }
  | { readonly is: "identifier"; readonly name: string }
  | { readonly is: "slice"; readonly start?: number; readonly end?: number; readonly step?: number }
  | { readonly is: "index"; readonly index: number }
  | { readonly is: "union"; readonly of: readonly (readonly JsonPathNode[])[] }
  | { readonly is: "exists"; readonly left: readonly JsonPathNode[] }
  | {
      readonly is: "compare";
      readonly left: readonly JsonPathNode[];
      readonly operator: string;
      readonly right: readonly JsonPathNode[];
    };

/** Reads a template. Throws a `Problem` for one that cannot be read (analysis 6.3). */
export function parseJsonPath(template: string): JsonPath {
  const parts: JsonPathPart[] = [];
  let rest = template;
  while (rest !== "") {
    const open = rest.indexOf("{");
    const text = open < 0 ? rest : rest.slice(0, open);
    if (text !== "") parts.push({ is: "text", text });
    if (open < 0) break;
    const { nodes, length } = action(rest.slice(open + 1));
    parts.push({ is: "action", nodes });
    rest = rest.slice(open + 1 + length);
  }
  return parts;
}

/** The nodes up to the closing brace, and how many characters they take with it. */
function action(text: string): { readonly nodes: readonly JsonPathNode[]; readonly length: number } {
  const nodes: JsonPathNode[] = [];
  let at = 0;
  while (text[at] !== "}") {
    if (at >= text.length) throw new Problem("unclosed action");
    const [node, length] = next(text.slice(at));
    if (node !== undefined) nodes.push(node);
    at += length;
  }
  return { nodes, length: at + 1 };
}

/** A node at the beginning of a text, and its length. */
type Read = readonly [node: JsonPathNode | undefined, length: number];

function next(text: string): Read {
  if (/^[\s@$]/.test(text)) return [undefined, 1];
  if (text.startsWith("..")) return [{ is: "recursive" }, text[2] === "[" ? 2 : 1];
  if (text.startsWith(".")) return member(text);
  if (text.startsWith("[?(")) return filter(text);
  if (text.startsWith("[")) return bracket(text);
  const read = quoted(text) ?? digits(text) ?? keyword(text);
  if (read !== undefined) return read;
  throw new Problem(`unrecognized character in action: ${JSON.stringify(text[0])}`);
}

/** A name ends at any of these; a backslash takes the next character into it. */
const field = /^\.((?:\\.|[^\s.,[\]$@{}\\])*)/s;

function member(text: string): Read {
  const [whole, name = ""] = field.exec(text) ?? [".", ""];
  if (name === "") return [undefined, whole.length];
  return [name === "*" ? { is: "wildcard" } : { is: "field", name: name.replaceAll("\\", "") }, whole.length];
}

function quoted(text: string): Read | undefined {
  const quote = /^(?:"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)')/s.exec(text);
  if (quote === null) return undefined;
  const value = (quote[1] ?? quote[2] ?? "").replaceAll(/\\(.)/gs, "$1");
  return [{ is: "literal", value }, quote[0].length];
}

function digits(text: string): Read | undefined {
  const [whole, fraction] = /^[+-]?\d+(\.\d+)?/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return [{ is: "number", value: Number(whole), float: fraction !== undefined }, whole.length];
}

function keyword(text: string): Read | undefined {
  const [name] = /^[A-Za-z_]\w*/.exec(text) ?? [];
  return name === undefined ? undefined : [named(name), name.length];
}

function named(name: string): JsonPathNode {
  if (name === "range" || name === "end") return { is: name };
  if (name === "true" || name === "false") return { is: "literal", value: name === "true" };
  return { is: "identifier", name };
}

function bracket(text: string): Read {
  const end = text.indexOf("]");
  if (end < 0) throw new Problem("unterminated array");
  const inside = text.slice(1, end);
  const several = inside.split(",").map((one) => one.trim());
  if (several.length > 1) {
    return [{ is: "union", of: several.map((one) => action(`[${one}]}`).nodes) }, end + 1];
  }
  const [, key] = /^'([^']*)'$/.exec(inside) ?? [];
  if (key !== undefined) return [{ is: "union", of: [action(`.${key}}`).nodes] }, end + 1];
  return [slice(inside === "*" ? ":" : inside), end + 1];
}

function slice(inside: string): JsonPathNode {
  const match = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(inside);
  if (match === null || inside === "") throw new Problem(`invalid array index ${inside}`);
  const [, start = "", end, step] = match;
  if (end === undefined) return { is: "index", index: Number(start) };
  return {
    is: "slice",
    ...(start !== "" && { start: Number(start) }),
    ...(end !== "" && { end: Number(end) }),
    ...(step !== undefined && step !== "" && { step: Number(step) }),
  };
}

function filter(text: string): Read {
  const end = text.indexOf(")]");
  if (end < 0) throw new Problem("unterminated filter");
  const inside = text.slice(3, end);
  const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+?)$/s.exec(inside) ?? [];
  const length = end + 2;
  if (left === undefined || operator === undefined || right === undefined) {
    return [{ is: "exists", left: action(`${inside}}`).nodes }, length];
  }
  return [
    { is: "compare", left: action(`${left}}`).nodes, operator, right: action(`${right}}`).nodes },
    length,
  ];
}
