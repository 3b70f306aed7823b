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
  const any = branches(schema, "anyOf");
  const one = branches(schema, "oneOf").filter(fits).length;
  const found = one === 0 ? "none valid" : `${one} valid alternatives`;
  const no = isJson(raw["not"]) && fits(nodeOf(raw["not"]));
  const none = any.length > 0 && !schema.intOrString && !any.some(fits);
  const wrong = [
    ...(none ? ["must validate at least one schema (anyOf)"] : []),
    ...(raw["oneOf"] !== undefined && one !== 1
      ? [`must validate one and only one schema (oneOf). Found ${found}`]
      : []),
    ...(no ? ["must not validate the schema (not)"] : []),
  ];
  return [
    ...branches(schema, "allOf").flatMap((part) => check(value, undefined, part, field)),
    ...wrong.map((problem) => invalidValue(field, "", `${JSON.stringify(field)} ${problem}`)),
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
