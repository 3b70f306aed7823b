import type { SyntaxNode } from "@lezer/common";
import { Problem } from "../../api/problem.ts";
import { unquoted } from "./literals.ts";
import type { Labels, Matches } from "./series.ts";

/** Which series a selector selects. */
export interface Selector {
  readonly matches: Matches;
}

interface Matcher {
  readonly name: string;
  readonly operator: string;
  readonly value: string;
}

/** The selector at a node of the grammar: `http_requests_total{status=~"5.."}`. */
export function selectorOf(node: SyntaxNode, query: string): Selector {
  const tests = matchersOf(node, query).map(testOf);
  return { matches: (labels) => tests.every((test) => test(labels)) };
}

/** What `absent` says of a selector: the labels that it asks for by equality; of anything else, nothing. */
export function absentLabels(node: SyntaxNode | undefined, query: string): Labels {
  if (node?.name !== "VectorSelector") return {};
  const equal = matchersOf(node, query).filter(
    ({ operator, name }) => operator === "=" && name !== "__name__",
  );
  return Object.fromEntries(equal.map(({ name, value }) => [name, value]));
}

function matchersOf(node: SyntaxNode, query: string): readonly Matcher[] {
  const text = ({ from, to }: SyntaxNode) => query.slice(from, to);
  const name = node.getChild("Identifier");
  const named = name === null ? [] : [{ name: "__name__", operator: "=", value: text(name) }];
  const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
  const others = matchers.map((matcher) => {
    const [label, operator, value] = ["LabelName", "MatchOp", "StringLiteral"].map((part) =>
      matcher.getChild(part),
    );
    if (!label || !operator || !value) throw new Problem(`${text(matcher)} is no label matcher`);
    return { name: text(label), operator: text(operator), value: unquoted(text(value)) };
  });
  return [...named, ...others];
}

/** A label that is missing counts as empty; expressions are about the whole value. */
function testOf({ name, operator, value }: Matcher): Matches {
  if (operator === "=") return (labels) => (labels[name] ?? "") === value;
  if (operator === "!=") return (labels) => (labels[name] ?? "") !== value;
  const expression = expressionOf(value);
  const wanted = operator === "=~";
  return (labels) => expression.test(labels[name] ?? "") === wanted;
}

function expressionOf(text: string): RegExp {
  try {
    return new RegExp(`^(?:${text})$`, "s");
  } catch (cause) {
    throw new Problem(`${JSON.stringify(text)} is no regular expression: ${String(cause)}`);
  }
}
