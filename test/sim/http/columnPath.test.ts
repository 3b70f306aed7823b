import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { columnValue } from "../../../src/sim/http/columnPath.ts";

const object = {
  spec: { replicas: 3, hosts: ["a", "b"], parts: [{ name: "x" }, { name: "y" }] },
  metadata: { annotations: { "a.b/c": "d" } },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Healthy", status: "False" },
    ],
  },
};

const cases: readonly (readonly [string, unknown])[] = [
  [".spec.replicas", 3],
  [".spec.nothing.below", undefined],
  [".spec.hosts[1]", "b"],
  [".spec.hosts[-1]", "b"],
  [".spec.hosts[*]", "a"],
  [".spec.parts[*].name", "x"],
  [".metadata.annotations.a\\.b/c", "d"],
  [".metadata.annotations['a.b/c']", "d"],
  ['.status.conditions[?(@.type=="Healthy")].status', "False"],
  ['.status.conditions[?(@.type=="Unknown")].status', undefined],
];
for (const [path, want] of cases)
  test(`the column ${path}`, () => deepEqual(columnValue(object, path), want));
