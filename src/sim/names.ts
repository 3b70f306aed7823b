import { type Cause, invalidValue, requiredValue } from "./failure.ts";
import { isJson, type Json, jsonOf, listOf } from "./json.ts";
import type { Naming } from "./resource.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const subdomain = `${label}(\\.${label})*`;
const rfc1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
const labelValue = "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?";
const qualified = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const isLabel = new RegExp(`^${label}$`);
const isSubdomain = new RegExp(`^${subdomain}$`);
const isRfc1035 = new RegExp(`^${rfc1035}$`);
const isLabelValue = new RegExp(`^${labelValue}$`);
const isQualified = new RegExp(`^${qualified}$`);

/** What is wrong with a name of this alphabet, in the API server's words; nothing when it is right. */
export function nameProblems(naming: Naming, name: string): readonly string[] {
  switch (naming) {
    case "label":
      return [...tooLong(name, 63), ...unless(isLabel.test(name), labelRule)];
    case "subdomain":
      return [...tooLong(name, 253), ...unless(isSubdomain.test(name), subdomainRule)];
    case "rfc1035":
      return [...tooLong(name, 63), ...unless(isRfc1035.test(name), rfc1035Rule)];
    case "path":
      return [
        ...unless(name !== "." && name !== "..", `may not be '${name}'`),
        ...["/", "%"].filter((part) => name.includes(part)).map((part) => `may not contain '${part}'`),
      ];
  }
}

function ruleText(rule: string, example: string, expression: string): string {
  return `${rule} (e.g. ${example}, regex used for validation is '${expression}')`;
}

const subdomainRule = ruleText(
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
    "and must start and end with an alphanumeric character",
  "'example.com'",
  subdomain,
);
const labelRule = ruleText(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
    "and must start and end with an alphanumeric character",
  "'my-name',  or '123-abc'",
  label,
);
const rfc1035Rule = ruleText(
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', " +
    "start with an alphabetic character, and end with an alphanumeric character",
  "'my-name',  or 'abc-123'",
  rfc1035,
);
const labelValueRule = ruleText(
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
    "and must start and end with an alphanumeric character",
  "'MyValue',  or 'my_value',  or '12345'",
  labelValue,
);
const qualifiedText = ruleText(
  "must consist of alphanumeric characters, '-', '_' or '.', " +
    "and must start and end with an alphanumeric character",
  "'MyName',  or 'my.name',  or '123-abc'",
  qualified,
);
const qualifiedRule = `name part ${qualifiedText}`;
const slashes = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";

/** What is wrong with the labels at a field. */
export function labelCauses(labels: unknown, field: string): readonly Cause[] {
  return Object.entries(jsonOf(labels)).flatMap(([key, value]) => [
    ...keyProblems(key).map((problem) => invalidValue(field, key, problem)),
    ...valueProblems(String(value)).map((problem) => invalidValue(field, value, problem)),
  ]);
}

/** What is wrong with a label selector at a field (`matchLabels`, `matchExpressions`). */
export function selectorCauses(selector: unknown, field: string): readonly Cause[] {
  const { matchLabels, matchExpressions } = jsonOf(selector);
  const expressions = listOf(matchExpressions).flatMap((one, index) => {
    const { operator, values } = jsonOf(one);
    const set = operator === "In" || operator === "NotIn";
    const at = `${field}.matchExpressions[${index}]`;
    if (set && listOf(values).length === 0) {
      return [requiredValue(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    }
    const known = set || operator === "Exists" || operator === "DoesNotExist";
    return known ? [] : [invalidValue(`${at}.operator`, operator, "not a valid selector operator")];
  });
  return [...labelCauses(matchLabels, `${field}.matchLabels`), ...expressions];
}

/** What is wrong with the annotations: keys as those of labels, at most 256 KiB in all. */
export function annotationCauses(annotations: unknown, field: string): readonly Cause[] {
  const entries = Object.entries(jsonOf(annotations));
  const size = entries.reduce((sum, [key, value]) => sum + key.length + String(value).length, 0);
  const tooLarge = {
    reason: "FieldValueTooLong",
    message: "Too long: may not be more than 262144 bytes",
    field,
  };
  return [
    ...entries.flatMap(([key]) =>
      keyProblems(key.toLowerCase()).map((problem) => invalidValue(field, key, problem)),
    ),
    ...(size > 262_144 ? [tooLarge] : []),
  ];
}

/** What is wrong with owner references: names and uids are needed, and only one owner controls. */
export function ownerCauses(owners: unknown, field: string): readonly Cause[] {
  const references = listOf(owners).filter(isJson);
  const controllers = references.filter((owner) => owner["controller"] === true);
  const names = controllers.map(({ kind, name }) => `${String(kind)}/${String(name)}`).join(" and ");
  const rule = "Only one reference can have Controller set to true";
  const several = `${rule}. Found "true" in references for ${names}`;
  return [
    ...references.flatMap((owner, index) => ownerProblems(owner, `${field}[${index}]`)),
    ...(controllers.length > 1 ? [invalidValue(field, references, several)] : []),
  ];
}

function ownerProblems(owner: Json, field: string): readonly Cause[] {
  return ["apiVersion", "kind", "name", "uid"]
    .filter((name) => owner[name] === undefined || owner[name] === "")
    .map((name) =>
      invalidValue(
        `${field}.${name}`,
        "",
        name === "apiVersion" ? "version must not be empty" : "must not be empty",
      ),
    );
}

function keyProblems(key: string): readonly string[] {
  const [prefix, name, ...rest] = key.includes("/") ? key.split("/") : [undefined, key];
  if (rest.length > 0 || name === undefined) return [`a qualified name ${qualifiedText} ${slashes}`];
  return [
    ...unless(prefix !== "", "prefix part must be non-empty"),
    ...unless(
      prefix === undefined || prefix === "" || isSubdomain.test(prefix),
      `prefix part ${subdomainRule}`,
    ),
    ...unless(name !== "", "name part must be non-empty"),
    ...tooLong(name, 63).map((problem) => `name part ${problem}`),
    ...unless(isQualified.test(name), qualifiedRule),
  ];
}

function valueProblems(value: string): readonly string[] {
  return [...tooLong(value, 63), ...unless(isLabelValue.test(value), labelValueRule)];
}

function tooLong(text: string, most: number): readonly string[] {
  return unless(text.length <= most, `must be no more than ${most} bytes`);
}

function unless(right: boolean, problem: string): readonly string[] {
  return right ? [] : [problem];
}
