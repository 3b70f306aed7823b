import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { type Applied, applied, applyConflicts } from "../../../src/sim/patch/apply.ts";
import { schemaNode } from "../../../src/sim/schema.ts";

const items = {
  type: "object",
  properties: { name: { type: "string" }, protocol: { type: "string", default: "TCP" } },
};
const schema = schemaNode({
  type: "object",
  properties: {
    map: { type: "object", additionalProperties: { type: "string" } },
    whole: { type: "object", additionalProperties: { type: "string" }, "x-kubernetes-map-type": "atomic" },
    set: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
    list: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "atomic" },
    ports: {
      type: "array",
      items,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name", "protocol"],
    },
  },
});
const nobody: Applied = new Map();

type Json = Readonly<Record<string, unknown>>;
const cases: readonly (readonly [string, Json, Json, Json, Applied, Json])[] = [
  ["adds to a map", { map: { a: "1" } }, { map: { b: "2" } }, {}, nobody, { map: { a: "1", b: "2" } }],
  [
    "withdraws from a map",
    { map: { a: "1", b: "2" } },
    { map: { b: "2" } },
    { map: { a: "1", b: "2" } },
    nobody,
    { map: { b: "2" } },
  ],
  [
    "leaves what another asks for",
    { map: { a: "1" } },
    { map: {} },
    { map: { a: "1" } },
    new Map([["other", { map: { a: "1" } }]]),
    { map: { a: "1" } },
  ],
  ["withdraws a whole field", { map: { a: "1" } }, {}, { map: { a: "1" } }, nobody, {}],
  ["replaces an atomic map", { whole: { a: "1" } }, { whole: { b: "2" } }, {}, nobody, { whole: { b: "2" } }],
  ["adds to a set", { set: ["a"] }, { set: ["b"] }, {}, nobody, { set: ["a", "b"] }],
  ["withdraws from a set", { set: ["a", "b"] }, { set: ["b"] }, { set: ["a", "b"] }, nobody, { set: ["b"] }],
  ["replaces an atomic list", { list: ["a"] }, { list: ["b"] }, {}, nobody, { list: ["b"] }],
  [
    "merges entries by all their keys",
    { ports: [{ name: "a", protocol: "TCP", x: 1 }] },
    {
      ports: [
        { name: "a", y: 2 },
        { name: "a", protocol: "UDP" },
      ],
    },
    {},
    nobody,
    {
      ports: [
        { name: "a", protocol: "TCP", x: 1, y: 2 },
        { name: "a", protocol: "UDP" },
      ],
    },
  ],
  [
    "withdraws an entry",
    { ports: [{ name: "a" }, { name: "b" }] },
    { ports: [{ name: "b" }] },
    { ports: [{ name: "a" }, { name: "b" }] },
    nobody,
    { ports: [{ name: "b" }] },
  ],
];
for (const [name, live, config, last, others, want] of cases) {
  test(`a server-side apply ${name}`, () => deepEqual(applied(live, config, last, others, schema), want));
}

test("fields that another manager applied with another value are conflicts, named by their paths", () => {
  const other = { map: { a: "1", b: "2" }, ports: [{ name: "a", protocol: "TCP", number: 1 }] };
  const config = { map: { a: "9", b: "2" }, ports: [{ name: "a", number: 9 }] };
  deepEqual(applyConflicts(other, config, new Map([["other", other]]), schema), [
    { manager: "other", field: ".map.a" },
    { manager: "other", field: '.ports[name="a",protocol="TCP"].number' },
  ]);
});
