import type { LabelRequirement, LabelSelector } from "./meta.ts";
import { forbidden, invalid, Problem, required } from "./problem.ts";

/** Labels of an object; one without labels has none. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Whether a selector chooses an object with these labels. No selector chooses nothing, an empty one
 * everything.
 */
export function matches(selector: LabelSelector | undefined, labels: Labels | undefined = {}): boolean {
  if (selector === undefined) return false;
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return equal && (selector.matchExpressions ?? []).every((requirement) => holds(requirement, labels));
}

function holds({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      throw invalid("operator", operator, "not a valid label selector operator");
  }
}

/**
 * A selector as Kubernetes writes it, ordered by key: `app=web,env in (a,b),!legacy`. It is what lists
 * and watches take, and what `status.selector` says. An empty selector gives an empty text.
 */
export function selectorText(selector: LabelSelector | undefined): string {
  const equal = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
    key,
    text: `${key}=${value}`,
  }));
  const others = (selector?.matchExpressions ?? []).map((one) => ({
    key: one.key,
    text: requirementString(one),
  }));
  return [...equal, ...others]
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ text }) => text)
    .join(",");
}

function requirementString({ key, operator, values = [] }: LabelRequirement): string {
  const list = `(${[...values].sort().join(",")})`;
  switch (operator) {
    case "In":
      return `${key} in ${list}`;
    case "NotIn":
      return `${key} notin ${list}`;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return key;
  }
}

/**
 * The selector that a text says: `app=web,tier!=db,env in (a,b),!legacy`. Throws a `Problem` when it says
 * none.
 */
export function parseSelector(text: string): LabelSelector {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  return { matchExpressions: parts.filter((part) => part !== "").map(parseRequirement) };
}

function parseRequirement(text: string): LabelRequirement {
  const [, setKey, set, list = ""] = /^([^\s=!,()]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text) ?? [];
  if (setKey !== undefined) {
    const values = list.split(",").map((value) => value.trim());
    return { key: setKey, operator: set === "in" ? "In" : "NotIn", values };
  }
  const [, equalKey, sign, value = ""] = /^([^\s=!,()]+)\s*(==|=|!=)\s*([^\s=!,()]*)$/.exec(text) ?? [];
  if (equalKey !== undefined)
    return { key: equalKey, operator: sign === "!=" ? "NotIn" : "In", values: [value] };

  const [, negation, key] = /^(!?)\s*([^\s=!,()]+)$/.exec(text) ?? [];
  if (key === undefined) throw new Problem(`"${text}" is not a label selector`, { value: text });
  return { key, operator: negation === "!" ? "DoesNotExist" : "Exists" };
}

const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The first thing that is wrong with a selector, in the words of the API server, or undefined. */
export function selectorProblem(selector: LabelSelector, path: string): Problem | undefined {
  const labels = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]) => keyProblem(key, `${path}.matchLabels`) ?? valueProblem(value, `${path}.matchLabels`),
  );
  const expressions = (selector.matchExpressions ?? []).map((requirement, index) =>
    requirementProblem(requirement, `${path}.matchExpressions[${index}]`),
  );
  return [...labels, ...expressions].find((problem) => problem !== undefined);
}

function requirementProblem(
  { key, operator, values = [] }: LabelRequirement,
  path: string,
): Problem | undefined {
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0) {
      return required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    }
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0) {
      return forbidden(
        `${path}.values`,
        "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
      );
    }
  } else {
    return invalid(`${path}.operator`, operator, "not a valid selector operator");
  }
  const wrong = values.map((value, index) => valueProblem(value, `${path}.values[${index}]`));
  return keyProblem(key, `${path}.key`) ?? wrong.find((problem) => problem !== undefined);
}

/** A label key is a name of up to 63 characters, with or without a DNS name and a slash in front. */
function keyProblem(key: string, path: string): Problem | undefined {
  const [first = "", second, ...more] = key.split("/");
  const [prefix, name] = second === undefined ? [undefined, first] : [first, second];
  const prefixGood = prefix === undefined || (prefix.length <= 253 && prefixPart.test(prefix));
  if (more.length === 0 && prefixGood && namePart.test(name)) return undefined;
  return invalid(
    path,
    key,
    "must be a qualified name: [prefix/]name, each of letters, digits, '-', '_' or '.'",
  );
}

function valueProblem(value: string, path: string): Problem | undefined {
  if (value === "" || namePart.test(value)) return undefined;
  return invalid(path, value, "must be a label value: up to 63 letters, digits, '-', '_' or '.'");
}
