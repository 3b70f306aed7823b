import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { Problem } from "../../api/problem.ts";
import { aggregationNamed, type Grouping } from "./aggregate.ts";
import { combined, type Matching } from "./binary.ts";
import { functionNamed } from "./functions.ts";
import { literal, secondsIn } from "./literals.ts";
import { absentLabels, type Selector, selectorOf } from "./selector.ts";
import { nameless } from "./series.ts";
import { type Expression, sample, samplesOf, scalar, vector } from "./value.ts";

/**
 * Makes a PromQL text ready to be evaluated: the subset that success rates, latencies and ratios need. Throws
 * a `Problem` that names what is wrong or is not evaluated here.
 */
export function compile(query: string): Expression {
  const tree = parser.parse(query);
  tree.iterate({
    enter({ type, from }) {
      if (type.isError) throw new Problem(`parse error at character ${from + 1} of ${JSON.stringify(query)}`);
    },
  });
  return expression(tree.topNode, query);
}

type Compiler = (node: SyntaxNode, query: string) => Expression;

/** What is evaluated here, by the names that the grammar gives. */
const compilers: Readonly<Record<string, Compiler>> = {
  PromQL: inner,
  ParenExpr: inner,
  NumberDurationLiteral: (node, query) => {
    const value = scalar(literal(textOf(node, query)));
    return () => value;
  },
  VectorSelector: (node, query) => instant(selectorOf(node, query), 0),
  MatrixSelector: (node, query) => range(node, query, 0),
  OffsetExpr: offset,
  UnaryExpr: unary,
  FunctionCall: functionCall,
  AggregateExpr: aggregate,
  BinaryExpr: binary,
};

function expression(node: SyntaxNode, query: string): Expression {
  const compiler = compilers[node.name];
  if (compiler === undefined)
    throw new Problem(`the embedded evaluator does not evaluate ${textOf(node, query)} (${node.name})`);
  return compiler(node, query);
}

function inner(node: SyntaxNode, query: string): Expression {
  const [child] = children(node).filter(({ name }) => name !== "LineComment");
  if (child === undefined) throw new Problem("the query is empty");
  return expression(child, query);
}

function instant({ matches }: Selector, ago: number): Expression {
  return (store, at) => vector(store.latest(matches, at - ago));
}

function range(node: SyntaxNode, query: string, ago: number): Expression {
  const { matches } = selectorOf(needed(node, "VectorSelector"), query);
  const span = secondsIn(textOf(needed(node, "DurationExpr"), query));
  return (store, at) => {
    const [from, to] = [at - ago - span, at - ago];
    return { is: "ranges", ranges: store.between(matches, from, to), from, to };
  };
}

function offset(node: SyntaxNode, query: string): Expression {
  const ago = secondsIn(textOf(needed(node, "OffsetDurationExpr"), query));
  const selector = node.getChild("VectorSelector");
  return selector === null
    ? range(needed(node, "MatrixSelector"), query, ago)
    : instant(selectorOf(selector, query), ago);
}

function unary(node: SyntaxNode, query: string): Expression {
  const [operator, operand] = children(node);
  if (operator === undefined || operand === undefined) throw new Problem("an operand is missing");
  const of = expression(operand, query);
  if (textOf(operator, query) === "+") return of;
  return (store, at) => {
    const value = of(store, at);
    if (value.is === "scalar") return scalar(-value.value);
    return vector(samplesOf(value, "-").map((one) => sample(nameless(one.labels), -one.value)));
  };
}

function functionCall(node: SyntaxNode, query: string): Expression {
  const name = textOf(needed(node, "FunctionIdentifier"), query);
  const given = children(needed(node, "FunctionCallBody"));
  const args = given.map((argument) => expression(argument, query));
  const [first] = args;
  if (name === "absent" && args.length === 1 && first !== undefined) {
    const labels = absentLabels(given[0], query);
    return (store, at) => vector(samplesOf(first(store, at), name).length > 0 ? [] : [sample(labels, 1)]);
  }
  const call = functionNamed(name, args.length);
  return (store, at) =>
    call(
      args.map((argument) => argument(store, at)),
      name,
      at,
    );
}

function aggregate(node: SyntaxNode, query: string): Expression {
  const name = textOf(needed(node, "AggregateOp"), query);
  const aggregation = aggregationNamed(name);
  const [argument, ...others] = children(needed(node, "FunctionCallBody"));
  if (argument === undefined || others.length > 0) throw new Problem(`${name} takes one argument`);
  const of = expression(argument, query);
  const modifier = node.getChild("AggregateModifier");
  const grouping: Grouping = {
    by: modifier?.getChild("Without") ? "without" : "by",
    labels: modifier === null ? [] : namesIn(modifier, query),
  };
  return (store, at) => vector(aggregation(samplesOf(of(store, at), name), grouping));
}

function binary(node: SyntaxNode, query: string): Expression {
  const [left, operator, ...rest] = children(node);
  const right = rest.at(-1);
  if (left === undefined || operator === undefined || right === undefined)
    throw new Problem("an operand is missing");
  const [one, other] = [expression(left, query), expression(right, query)];
  const operation = {
    operator: textOf(operator, query).toLowerCase(),
    bool: node.getChild("BoolModifier") !== null,
    matching: matchingOf(node.getChild("MatchingModifierClause"), query),
  };
  return (store, at) => combined(one(store, at), other(store, at), operation);
}

function matchingOf(clause: SyntaxNode | null, query: string): Matching {
  if (clause === null) return { by: "ignoring", labels: [] };
  if (clause.getChild("GroupLeft") !== null || clause.getChild("GroupRight") !== null)
    throw new Problem(`the embedded evaluator does not evaluate group_left and group_right`);
  return { by: clause.getChild("On") === null ? "ignoring" : "on", labels: namesIn(clause, query) };
}

function namesIn(node: SyntaxNode, query: string): readonly string[] {
  return children(needed(node, "GroupingLabels")).map((name) => textOf(name, query));
}

function children(node: SyntaxNode): readonly SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

function needed(node: SyntaxNode, name: string): SyntaxNode {
  const found = node.getChild(name);
  if (found === null)
    throw new Problem(`the embedded evaluator does not evaluate ${node.name} without ${name}`);
  return found;
}

function textOf({ from, to }: SyntaxNode, query: string): string {
  return query.slice(from, to);
}
