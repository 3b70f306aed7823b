import { Problem } from "../../api/problem.ts";
import { Cursor, type Rules } from "./cursor.ts";
import { operand } from "./operand.ts";
import type { Comparison, Node } from "./syntax.ts";

/** How strongly each binary operator binds (analysis 3.3); the pipe, at 0, is handled by name. */
const binary: ReadonlyMap<string, number> = new Map([
  ["|", 0],
  ["or", 10],
  ["||", 10],
  ["and", 15],
  ["&&", 15],
  ["==", 20],
  ["!=", 20],
  ["<", 20],
  [">", 20],
  ["<=", 20],
  [">=", 20],
  ["in", 20],
  ["matches", 20],
  ["contains", 20],
  ["startsWith", 20],
  ["endsWith", 20],
  ["..", 25],
  ["+", 30],
  ["-", 30],
  ["*", 60],
  ["/", 60],
  ["%", 60],
  ["**", 100],
  ["^", 100],
  ["??", 500],
]);

const fromTheRight: ReadonlySet<string> = new Set(["**", "^"]);
const negatable: ReadonlySet<string> = new Set(["in", "matches", "contains", "startsWith", "endsWith"]);
const chained: ReadonlySet<string> = new Set(["<", ">", "<=", ">="]);

const rules: Rules = { expression, sequence };

/**
 * Parses an expression. Throws a `Problem` that names the first word that does not fit, or what exceeds a
 * bound.
 */
export function parse(source: string): Node {
  const cursor = new Cursor(source);
  const node = sequence(cursor);
  if (!cursor.is("EOF")) throw cursor.unexpected();
  return node;
}

function sequence(cursor: Cursor): Node {
  const parts = [expression(cursor, 0)];
  while (cursor.skip("Operator", ";") && !cursor.is("EOF")) parts.push(expression(cursor, 0));
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : cursor.node({ is: "sequence", parts });
}

function expression(cursor: Cursor, precedence: number): Node {
  return cursor.deeper(() => {
    if (precedence === 0 && cursor.is("Operator", "let")) return variable(cursor);
    if (precedence === 0 && cursor.is("Operator", "if")) return conditional(cursor);

    const node = operations(cursor, operand(cursor, rules), precedence);
    return precedence === 0 ? choice(cursor, node) : node;
  });
}

/** Goes on after an operand as long as operators follow that bind strongly enough. */
function operations(cursor: Cursor, first: Node, precedence: number): Node {
  let node = first;
  let before = "";
  for (;;) {
    const next = nextOperator(cursor, precedence);
    if (next === undefined) return node;
    if (before === "??" && next.operator !== "??") {
      throw new Problem(
        `Operator (${next.operator}) and coalesce expressions (??) cannot be mixed. ` +
          "Wrap either by parentheses.",
      );
    }
    node = operation(cursor, node, next);
    before = next.operator;
  }
}

interface Operator {
  readonly operator: string;
  readonly negated: boolean;
  readonly binds: number;
}

/**
 * Takes the next binary operator (`not in` is one), or takes nothing when none follows that binds strongly
 * enough.
 */
function nextOperator(cursor: Cursor, precedence: number): Operator | undefined {
  if (!cursor.is("Operator")) return undefined;
  const negated = cursor.skip("Operator", "not");
  const { value: operator } = cursor.current;
  const binds = cursor.is("Operator") ? binary.get(operator) : undefined;
  if (binds !== undefined && binds >= precedence && (!negated || negatable.has(operator))) {
    cursor.take();
    return { operator, negated, binds };
  }
  if (negated) cursor.back();
  return undefined;
}

function operation(cursor: Cursor, left: Node, { operator, negated, binds }: Operator): Node {
  if (operator === "|") return operand(cursor, rules, left);
  if (chained.has(operator)) return comparison(cursor, left, operator, binds);

  const right = expression(cursor, fromTheRight.has(operator) ? binds : binds + 1);
  const node = cursor.node({ is: "binary", operator, left, right });
  return negated ? cursor.node({ is: "unary", operator: "not", operand: node }) : node;
}

/** `a < b <= c` compares each neighbouring pair. */
function comparison(cursor: Cursor, first: Node, begin: string, binds: number): Node {
  const rest: Comparison[] = [{ operator: begin, operand: expression(cursor, binds + 1) }];
  while (cursor.is("Operator") && chained.has(cursor.current.value)) {
    const operator = cursor.take().value;
    rest.push({ operator, operand: expression(cursor, binds + 1) });
  }
  return cursor.node({ is: "compare", first, rest });
}

/** `test ? yes : no` and `test ?: no`. */
function choice(cursor: Cursor, node: Node): Node {
  let test = node;
  while (cursor.skip("Operator", "?")) {
    if (cursor.skip("Operator", ":")) {
      test = cursor.node({ is: "elvis", test, no: expression(cursor, 0) });
    } else {
      const yes = expression(cursor, 0);
      cursor.expect("Operator", ":");
      test = cursor.node({ is: "choice", test, yes, no: expression(cursor, 0) });
    }
  }
  return test;
}

/** `if test { yes } else { no }`, with `else if` for more. */
function conditional(cursor: Cursor): Node {
  cursor.expect("Operator", "if");
  const test = expression(cursor, 0);
  const yes = block(cursor);
  cursor.expect("Operator", "else");
  const no = cursor.is("Operator", "if") ? expression(cursor, 0) : block(cursor);
  return cursor.node({ is: "choice", test, yes, no });
}

function block(cursor: Cursor): Node {
  cursor.expect("Bracket", "{");
  const node = sequence(cursor);
  cursor.expect("Bracket", "}");
  return node;
}

/** `let name = value; body`. */
function variable(cursor: Cursor): Node {
  cursor.expect("Operator", "let");
  const name = cursor.expect("Identifier").value;
  cursor.expect("Operator", "=");
  const value = expression(cursor, 0);
  cursor.expect("Operator", ";");
  return cursor.node({ is: "let", name, value, body: sequence(cursor) });
}
