import type { KubeObject } from "../api/object.ts";
import type { Selection } from "../reconcile/ports.ts";
import { badRequest } from "./failure.ts";
import { isJson, jsonOf, listOf, valueAt } from "./json.ts";

type Labels = Readonly<Record<string, string>>;
type Matches<T> = (value: T) => boolean;

/**
 * Whether an object belongs to what a list or a watch asks for. Throws a 400 for a selector that cannot be
 * read.
 */
export function matcher({ namespace, labelSelector, fieldSelector }: Selection): Matches<KubeObject> {
  const tests: Matches<KubeObject>[] = [];
  if (namespace !== undefined && namespace !== "")
    tests.push((object) => object.metadata.namespace === namespace);
  if (labelSelector !== undefined && labelSelector !== "") {
    const labels = labelMatcher(labelSelector);
    tests.push((object) => labels(object.metadata.labels ?? none));
  }
  if (fieldSelector !== undefined && fieldSelector !== "") tests.push(fieldMatcher(fieldSelector));
  return (object) => tests.every((matches) => matches(object));
}

const none: Labels = {};

/** A label selector in its string form: `app=web,tier!=db,env in (a,b),!legacy`. */
export function labelMatcher(text: string): Matches<Labels> {
  const requirements = splitRequirements(text).map(requirement);
  return (labels) => requirements.every((matches) => matches(labels));
}

/** Commas inside parentheses belong to the requirement. */
function splitRequirements(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function requirement(text: string): Matches<Labels> {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = "", operator, list = ""] = set;
    const values = new Set(list.split(",").map((value) => value.trim()));
    return operator === "in"
      ? (labels) => has(labels, key) && values.has(labels[key] ?? "")
      : (labels) => !has(labels, key) || !values.has(labels[key] ?? "");
  }
  const equality = /^([^\s=!,()]+)\s*(==|=|!=)\s*([^\s=!,()]*)$/.exec(text);
  if (equality !== null) {
    const [, key = "", operator, value] = equality;
    return operator === "!=" ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const presence = /^(!?)\s*([^\s=!,()]+)$/.exec(text);
  if (presence === null)
    throw badRequest(`unable to parse requirement: found '${oddIn(text)}', expected: identifier`);
  const [, negation, key = ""] = presence;
  return negation === "!" ? (labels) => !has(labels, key) : (labels) => has(labels, key);
}

/** What stands where a name or value should: the rest after the operator, or everything. */
function oddIn(text: string): string {
  return /^[^=!]*(?:==|!=|=)(.+)$/.exec(text)?.[1]?.slice(0, 1) ?? text;
}

function has(labels: Labels, key: string): boolean {
  return Object.hasOwn(labels, key);
}

/** A field selector: `metadata.name=web,status.phase!=Running`. */
function fieldMatcher(text: string): Matches<KubeObject> {
  const tests = text.split(",").map((part) => {
    const [, path = "", operator, value = ""] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim()) ?? [];
    if (operator === undefined) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const fields = path.split(".");
    const equal = (object: KubeObject) => String(valueAt(object, fields) ?? "") === value;
    return operator === "!=" ? (object: KubeObject) => !equal(object) : equal;
  });
  return (object) => tests.every((matches) => matches(object));
}

/**
 * A LabelSelector as objects carry it (`matchLabels`, `matchExpressions`), as a test. An empty one matches
 * everything, a missing one nothing.
 */
export function labelSelectorMatcher(selector: unknown): Matches<Labels> {
  if (!isJson(selector)) return () => false;
  const { matchLabels, matchExpressions } = selector;
  const equal = Object.entries(jsonOf(matchLabels));
  const expressions = listOf(matchExpressions).map((expression) => expressionMatcher(jsonOf(expression)));
  return (labels) =>
    equal.every(([key, value]) => labels[key] === value) && expressions.every((matches) => matches(labels));
}

function expressionMatcher({ key, operator, values }: Readonly<Record<string, unknown>>): Matches<Labels> {
  const name = String(key);
  const allowed = new Set(listOf(values).map(String));
  switch (operator) {
    case "In":
      return (labels) => has(labels, name) && allowed.has(labels[name] ?? "");
    case "NotIn":
      return (labels) => !has(labels, name) || !allowed.has(labels[name] ?? "");
    case "Exists":
      return (labels) => has(labels, name);
    case "DoesNotExist":
      return (labels) => !has(labels, name);
    default:
      return () => false;
  }
}
