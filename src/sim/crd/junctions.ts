import { type Cause, invalidValue } from "../failure.ts";
import { isJson, listOf } from "../json.ts";
import { type SchemaNode, schemaNode } from "../schema.ts";

type Check = (value: unknown, old: unknown, schema: SchemaNode, field: string) => readonly Cause[];

/** What is wrong by `allOf`, `anyOf`, `oneOf` and `not`. */
export function junctionCauses(
  value: unknown,
  schema: SchemaNode,
  field: string,
  check: Check,
): readonly Cause[] {
  const { raw } = schema;
  if (
    raw["anyOf"] === undefined &&
    raw["oneOf"] === undefined &&
    raw["allOf"] === undefined &&
    raw["not"] === undefined
  ) {
    return [];
  }
  const fits = (one: SchemaNode) => check(value, undefined, one, field).length === 0;
  const say = (problem: string) => invalidValue("<nil>", "", `${JSON.stringify(field)} ${problem}`);
  const one = branches(schema, "oneOf").filter(fits).length;
  const found = one === 0 ? "none valid" : `${one} valid alternatives`;
  const no = isJson(raw["not"]) && fits(nodeOf(raw["not"]));
  return [
    ...branches(schema, "allOf").flatMap((part) => check(value, undefined, part, field)),
    ...anyCauses(value, schema, field, check),
    ...(raw["oneOf"] !== undefined && one !== 1
      ? [say(`must validate one and only one schema (oneOf). Found ${found}`)]
      : []),
    ...(no ? [say("must not validate the schema (not)")] : []),
  ];
}

/** When no schema fits, what is wrong by the first one is told too. */
function anyCauses(value: unknown, schema: SchemaNode, field: string, check: Check): readonly Cause[] {
  const tried = branches(schema, "anyOf").map((one) => check(value, undefined, one, field));
  const [first] = tried;
  if (first === undefined || tried.some((causes) => causes.length === 0)) return [];
  return [
    invalidValue("<nil>", "", `${JSON.stringify(field)} must validate at least one schema (anyOf)`),
    ...first,
  ];
}

const known = new WeakMap<object, SchemaNode>();

function branches({ raw }: SchemaNode, keyword: string): readonly SchemaNode[] {
  return listOf(raw[keyword]).filter(isJson).map(nodeOf);
}

function nodeOf(raw: object): SchemaNode {
  const node = known.get(raw) ?? schemaNode(raw);
  known.set(raw, node);
  return node;
}
