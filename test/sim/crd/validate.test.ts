import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { schemaCauses } from "../../../src/sim/crd/validate.ts";
import { schemaNode } from "../../../src/sim/schema.ts";

const pick = [{ required: ["a"] }, { required: ["b"] }];

const cases: readonly (readonly [string, object, unknown, readonly string[]])[] = [
  ["a text", { type: "string" }, "x", []],
  ["a number for a text", { type: "string" }, 1, ['f in body must be of type string: "integer"']],
  [
    "a fraction for a whole number",
    { type: "integer" },
    1.5,
    ['f in body must be of type integer: "number"'],
  ],
  ["a whole number for a number", { type: "number" }, 1, []],
  ["a null that is taken", { type: "string", nullable: true }, null, []],
  ["a null that is not", { type: "string" }, null, ['f in body must be of type string: "null"']],
  [
    "a number above its maximum",
    { type: "integer", maximum: 3 },
    4,
    ["f in body should be less than or equal to 3"],
  ],
  [
    "a number at an open bound",
    { type: "integer", minimum: 3, exclusiveMinimum: true },
    3,
    ["f in body should be greater than 3"],
  ],
  ["a multiple", { type: "integer", multipleOf: 5 }, 7, ["f in body should be a multiple of 5"]],
  ["a short text", { type: "string", minLength: 2 }, "x", ["f in body should be at least 2 chars long"]],
  ["a long text", { type: "string", maxLength: 2 }, "xxx", ["may not be more than 2 bytes"]],
  ["a text against its pattern", { type: "string", pattern: "^a" }, "b", ["f in body should match '^a'"]],
  [
    "a time",
    { type: "string", format: "date-time" },
    "noon",
    ['f in body must be of type date-time: "noon"'],
  ],
  [
    "too few items",
    { type: "array", minItems: 1, items: { type: "string" } },
    [],
    ["f in body should have at least 1 items"],
  ],
  [
    "too few properties",
    { type: "object", minProperties: 1, additionalProperties: { type: "string" } },
    {},
    ["f in body should have at least 1 properties"],
  ],
  [
    "a value of a map",
    { type: "object", additionalProperties: { type: "string" } },
    { k: 1 },
    ['f.k in body must be of type string: "integer"'],
  ],
  [
    "exactly one of two",
    { type: "object", oneOf: pick, properties: { a: {}, b: {} } },
    { a: 1, b: 1 },
    ['"f" must validate one and only one schema (oneOf). Found 2 valid alternatives'],
  ],
  [
    "none of two",
    { type: "object", oneOf: pick, properties: { a: {}, b: {} } },
    {},
    ['"f" must validate one and only one schema (oneOf). Found none valid'],
  ],
  [
    "what must not be",
    { type: "object", not: { required: ["a"] }, properties: { a: {} } },
    { a: 1 },
    ['"f" must not validate the schema (not)'],
  ],
  [
    "all of several",
    { type: "integer", allOf: [{ minimum: 1 }, { maximum: 3 }] },
    4,
    ["f in body should be less than or equal to 3"],
  ],
  [
    "an entry of a set that is there twice",
    { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    ["a", "a"],
    ['Duplicate value: "a"'],
  ],
];
for (const [name, schema, value, want] of cases) {
  test(`validation: ${name}`, () => {
    const found = schemaCauses(value, undefined, schemaNode(schema), "f").map(({ message }) => message);
    deepEqual(
      found.map((message) => message.replace(/^(?:Invalid value: .*?|Too long): (?=\S)/, "")),
      want,
    );
  });
}

test("what an update leaves as it was is not looked at again", () => {
  const schema = schemaNode({
    type: "object",
    properties: { a: { type: "integer", maximum: 3 }, b: { type: "integer", maximum: 3 } },
  });
  const causes = schemaCauses({ a: 9, b: 9 }, { a: 9, b: 1 }, schema, "");
  deepEqual(
    causes.map(({ field }) => field),
    ["b"],
  );
});
