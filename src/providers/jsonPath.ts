import { isJson } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import type { JsonPath, JsonPathNode, JsonPathPart } from "./jsonPathParser.ts";

/** A whole number as a template writes it: it is of another type than the numbers of JSON. */
class Whole {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/**
 * What the first part of a template finds in a document. All parts are looked up, and what one of them cannot
 * find is a `Problem` in the words of Kubernetes (analysis 6.3).
 */
export function findJsonPath(document: unknown, path: JsonPath): readonly unknown[] {
  const [first = []] = found(document, [...path]);
  return first.map((value) => (value instanceof Whole ? value.value : value));
}

/** What each part finds; the parts between `range` and `end` are looked up in every value of the range. */
function found(document: unknown, parts: JsonPathPart[]): (readonly unknown[])[] {
  const results: (readonly unknown[])[] = [];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part.is === "text") {
      results.push([part.text]);
      continue;
    }
    const [head, ...rest] = part.nodes;
    if (head?.is === "end") return results;
    if (head?.is !== "range") {
      results.push(chain([document], part.nodes));
      continue;
    }
    const inside = blockOf(parts);
    results.push(...chain([document], rest).flatMap((value) => found(value, [...inside])));
  }
  return results;
}

/** Takes the parts up to the `end` of a range, other ranges in it included. */
function blockOf(parts: JsonPathPart[]): readonly JsonPathPart[] {
  let depth = 1;
  const inside: JsonPathPart[] = [];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    const head = part.is === "action" ? part.nodes[0]?.is : undefined;
    if (head === "range") depth += 1;
    if (head === "end") depth -= 1;
    if (depth === 0) return inside;
    inside.push(part);
  }
  throw new Problem("not in range, nothing to end");
}

function chain(values: readonly unknown[], nodes: readonly JsonPathNode[]): readonly unknown[] {
  return nodes.reduce<readonly unknown[]>((current, node) => step(current, node), values);
}

function step(values: readonly unknown[], node: JsonPathNode): readonly unknown[] {
  switch (node.is) {
    case "field":
      return members(values, node.name);
    case "wildcard":
      return values.flatMap(children);
    case "recursive":
      return values.flatMap(descendants);
    case "literal":
      return [node.value];
    case "number":
      return [node.float ? node.value : new Whole(node.value)];
    case "index":
      return values.map((value) => at(list(value), node.index));
    case "slice":
      return values.flatMap((value) => sliced(list(value), node));
    case "union":
      return node.of.flatMap((one) => chain(values, one));
    case "exists":
      return values.flatMap((value) => list(value).filter((item) => exists(item, node.left)));
    case "compare":
      return values.flatMap((value) => list(value).filter((item) => compare(item, node)));
    case "identifier":
      throw new Problem(`unrecognized identifier ${node.name}`);
    case "range":
    case "end":
      throw new Problem("not in range, nothing to end");
  }
}

/** A member is missing only when none of the values has it. */
function members(values: readonly unknown[], name: string): readonly unknown[] {
  const owners = values.filter((value) => isJson(value)).filter((value) => Object.hasOwn(value, name));
  if (owners.length === 0) throw new Problem(`${name} is not found`);
  return owners.map((owner) => owner[name]);
}

function children(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isJson(value)
    ? Object.keys(value)
        .sort()
        .map((key) => value[key])
    : [];
}

/** The value and everything in it, from the outside in. */
function descendants(value: unknown): readonly unknown[] {
  return [value, ...children(value).flatMap(descendants)];
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Problem(`${isJson(value) ? "map" : typeof value} is not array or slice`);
}

function at(items: readonly unknown[], index: number): unknown {
  const place = index < 0 ? index + items.length : index;
  if (place >= 0 && place < items.length) return items[place];
  throw outOfBounds(place, items);
}

function sliced(
  items: readonly unknown[],
  asked: Extract<JsonPathNode, { is: "slice" }>,
): readonly unknown[] {
  const place = (index: number) => (index < 0 ? index + items.length : index);
  const start = place(asked.start ?? 0);
  const end = place(asked.end ?? items.length);
  const stride = asked.step ?? 1;
  if (stride <= 0) throw new Problem("step must be > 0");
  if (start === end) return [];
  if (start < 0 || start >= items.length) throw outOfBounds(start, items);
  if (end < 0 || end > items.length) throw outOfBounds(end - 1, items);
  if (start > end) throw new Problem(`starting index ${start} is greater than ending index ${end}`);
  return items.slice(start, end).filter((_, index) => index % stride === 0);
}

function outOfBounds(index: number, items: readonly unknown[]): Problem {
  return new Problem(`array index out of bounds: index ${index}, length ${items.length}`);
}

function exists(item: unknown, left: readonly JsonPathNode[]): boolean {
  try {
    return chain([item], left).length > 0;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

function compare(item: unknown, node: Extract<JsonPathNode, { is: "compare" }>): boolean {
  const [left, ...more] = chain([item], node.left);
  if (more.length > 0) throw new Problem("can only compare one element at a time");
  const [right] = chain([item], node.right);
  if (kindOf(left) !== kindOf(right)) throw new Problem("incompatible types for comparison");
  return holds(plain(left), node.operator, plain(right));
}

function kindOf(value: unknown): string {
  return value instanceof Whole ? "whole number" : typeof value;
}

function plain(value: unknown): string | number | boolean {
  if (value instanceof Whole) return value.value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  throw new Problem("invalid type for comparison");
}

function holds(left: string | number | boolean, operator: string, right: string | number | boolean): boolean {
  switch (operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      throw new Problem(`unrecognized filter operator ${operator}`);
  }
}
