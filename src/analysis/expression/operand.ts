import { Problem } from "../../api/problem.ts";
import type { Cursor, Rules } from "./cursor.ts";
import type { Node } from "./syntax.ts";
import { boolType, bytesType, floatType, intType, nilType, stringType } from "./types.ts";

/** How strongly each unary operator binds. */
const unary: ReadonlyMap<string, number> = new Map([
  ["not", 50],
  ["!", 50],
  ["-", 90],
  ["+", 90],
]);

/**
 * The functions whose second argument is a predicate: evaluated once for each element, which it knows as
 * `#`.
 */
const predicates: ReadonlySet<string> = new Set(
  "all any none one filter map find findIndex findLast findLastIndex count sum groupBy sortBy reduce".split(
    " ",
  ),
);

/**
 * Parses what stands between two binary operators: a literal, name, call, bracket or unary operator, and
 * what is appended to it. `piped` is the left side of `|`, which becomes the first argument of the call
 * that must follow.
 */
export function operand(cursor: Cursor, rules: Rules, piped?: Node): Node {
  if (piped !== undefined)
    return appended(cursor, rules, call(cursor, rules, cursor.expect("Identifier").value, piped));

  const binds = cursor.is("Operator") ? unary.get(cursor.current.value) : undefined;
  if (binds !== undefined) {
    const operator = cursor.take().value;
    const node = cursor.node({ is: "unary", operator, operand: rules.expression(cursor, binds) });
    return appended(cursor, rules, node);
  }
  if (cursor.skip("Bracket", "(")) {
    const node = rules.sequence(cursor);
    cursor.expect("Bracket", ")");
    return appended(cursor, rules, node);
  }
  if (cursor.predicates > 0 && (cursor.is("Operator", "#") || cursor.is("Operator", "."))) {
    const name = cursor.skip("Operator", "#") && cursor.is("Identifier") ? cursor.take().value : "";
    return appended(cursor, rules, cursor.node({ is: "pointer", name }));
  }
  return appended(cursor, rules, primary(cursor, rules));
}

function primary(cursor: Cursor, rules: Rules): Node {
  const token = cursor.current;
  switch (token.kind) {
    case "Number":
      cursor.take();
      return cursor.node(numberNode(token.value.replaceAll("_", "")));
    case "String":
      cursor.take();
      return cursor.node({ is: "literal", value: token.value, type: stringType });
    case "Bytes": {
      cursor.take();
      const value = Uint8Array.from(token.value, (character) => character.charCodeAt(0));
      return cursor.node({ is: "literal", value, type: bytesType });
    }
    case "Identifier":
      cursor.take();
      return named(cursor, rules, token.value);
    default:
      if (cursor.skip("Bracket", "[")) return list(cursor, rules);
      if (cursor.skip("Bracket", "{")) return map(cursor, rules);
      throw cursor.unexpected();
  }
}

function named(cursor: Cursor, rules: Rules, name: string): Node {
  if (name === "true" || name === "false") {
    return cursor.node({ is: "literal", value: name === "true", type: boolType });
  }
  if (name === "nil") return cursor.node({ is: "literal", value: null, type: nilType });
  return cursor.is("Bracket", "(") ? call(cursor, rules, name) : cursor.node({ is: "name", name });
}

function numberNode(digits: string): Node {
  if (!/^0[xob]/i.test(digits) && /[.e]/i.test(digits)) {
    const value = Number(digits);
    if (!Number.isFinite(value)) throw new Problem(`invalid float literal: ${digits}`);
    return { is: "literal", value, type: floatType };
  }
  const value = /^(0[xob][\da-f]+|\d+)$/i.test(digits) ? BigInt(digits) : undefined;
  if (value === undefined || value >= 2n ** 63n) throw new Problem(`invalid integer literal: ${digits}`);
  return { is: "literal", value, type: intType };
}

function call(cursor: Cursor, rules: Rules, name: string, piped?: Node): Node {
  const given = piped === undefined ? [] : [piped];
  if (predicates.has(name)) return predicate(cursor, rules, name, given);
  const callee = cursor.node({ is: "name", name });
  return cursor.node({ is: "call", callee, args: [...given, ...args(cursor, rules)] });
}

function args(cursor: Cursor, rules: Rules): readonly Node[] {
  cursor.expect("Bracket", "(");
  return separated(cursor, ")", () => rules.expression(cursor, 0));
}

/** The call of a function whose second argument is a predicate. */
function predicate(cursor: Cursor, rules: Rules, name: string, given: readonly Node[]): Node {
  cursor.expect("Bracket", "(");
  const rest = separated(cursor, ")", (index) =>
    given.length + index === 1 ? body(cursor, rules) : rules.expression(cursor, 0),
  );
  return cursor.node({ is: "predicate", name, args: [...given, ...rest] });
}

/** A predicate, with or without braces. */
function body(cursor: Cursor, rules: Rules): Node {
  cursor.predicates += 1;
  const braced = cursor.skip("Bracket", "{");
  const node = braced ? rules.sequence(cursor) : rules.expression(cursor, 0);
  if (braced) cursor.expect("Bracket", "}");
  cursor.predicates -= 1;
  return node;
}

function list(cursor: Cursor, rules: Rules): Node {
  return cursor.node({ is: "list", items: separated(cursor, "]", () => rules.expression(cursor, 0)) });
}

function map(cursor: Cursor, rules: Rules): Node {
  return cursor.node({
    is: "map",
    entries: separated(cursor, "}", () => {
      const name = key(cursor, rules);
      cursor.expect("Operator", ":");
      return [name, rules.expression(cursor, 0)] as const;
    }),
  });
}

/** A key is a name, a text, a number (taken as text), or any expression in parentheses. */
function key(cursor: Cursor, rules: Rules): Node {
  const token = cursor.current;
  if (cursor.skip("Bracket", "(")) {
    const node = rules.expression(cursor, 0);
    cursor.expect("Bracket", ")");
    return node;
  }
  if (token.kind !== "Identifier" && token.kind !== "String" && token.kind !== "Number") {
    throw new Problem(
      `a map key must be a quoted string, a number, a identifier, or an expression enclosed in parentheses (${
        cursor.unexpected().message
      })`,
    );
  }
  cursor.take();
  return cursor.node({ is: "literal", value: token.value, type: stringType });
}

/** Parts separated by commas up to the closing bracket; a comma before it is allowed. */
function separated<T>(cursor: Cursor, close: string, parse: (index: number) => T): readonly T[] {
  const parts: T[] = [];
  while (!cursor.is("Bracket", close)) {
    if (parts.length > 0) {
      cursor.expect("Operator", ",");
      if (cursor.is("Bracket", close)) break;
    }
    parts.push(parse(parts.length));
  }
  cursor.expect("Bracket", close);
  return parts;
}

/** What is appended to an operand: `.field`, `?.field`, `.Method()`, `[index]`, `[from:to]`. */
function appended(cursor: Cursor, rules: Rules, first: Node): Node {
  let node = first;
  for (;;) {
    if (cursor.skip("Bracket", "[")) {
      node = indexed(cursor, rules, node);
    } else if (cursor.skip("Operator", ".")) {
      node = field(cursor, rules, node, false);
    } else if (cursor.skip("Operator", "?.")) {
      node = cursor.skip("Bracket", "[")
        ? cursor.node({ is: "chain", inner: optionalIndex(cursor, rules, node) })
        : field(cursor, rules, node, true);
    } else return node;
  }
}

function field(cursor: Cursor, rules: Rules, before: Node, optional: boolean): Node {
  const token = cursor.take();
  if (token.kind !== "Identifier" && !(token.kind === "Operator" && /^\p{L}/u.test(token.value))) {
    throw new Problem(`expected name (${cursor.unexpected(token).message})`);
  }
  const property = cursor.node({ is: "literal", value: token.value, type: stringType } as const);
  const inChain = before.is === "chain";
  const method = cursor.is("Bracket", "(");
  const of = inChain ? before.inner : before;
  const member = cursor.node({ is: "member", of, property, optional, method } as const);
  const node = method
    ? cursor.node({ is: "call", callee: member, args: args(cursor, rules) } as const)
    : member;
  return inChain || optional ? cursor.node({ is: "chain", inner: node }) : node;
}

function optionalIndex(cursor: Cursor, rules: Rules, of: Node): Node {
  const property = rules.expression(cursor, 0);
  cursor.expect("Bracket", "]");
  return cursor.node({ is: "member", of, property, optional: true, method: false });
}

function indexed(cursor: Cursor, rules: Rules, of: Node): Node {
  const from = cursor.is("Operator", ":") ? undefined : rules.expression(cursor, 0);
  if (from !== undefined && !cursor.is("Operator", ":")) {
    cursor.expect("Bracket", "]");
    return cursor.node({ is: "member", of, property: from, optional: false, method: false });
  }
  cursor.expect("Operator", ":");
  const to = cursor.is("Bracket", "]") ? undefined : rules.expression(cursor, 0);
  cursor.expect("Bracket", "]");
  return cursor.node({ is: "slice", of, from, to });
}
