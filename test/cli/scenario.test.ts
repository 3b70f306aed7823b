import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { ailmentsOf, imageOf, metricOf, scenarioOf } from "../../src/cli/scenario.ts";

const metrics: [text: string, metric: string, shows: unknown, from: number][] = [
  ["rate=0.9", "rate", { is: "value", value: 0.9 }, 0],
  ["rate=0.9@7m", "rate", { is: "value", value: 0.9 }, 420_000],
  ["rate=[0.9,1]@1h30m", "rate", { is: "value", value: [0.9, 1] }, 5_400_000],
  ["rate=NaN", "rate", { is: "value", value: "NaN" }, 0],
  ["rate=nodata@30s", "rate", { is: "nodata" }, 30_000],
  ["rate=error", "rate", { is: "error" }, 0],
  ['rate={"a":1}', "rate", { is: "value", value: { a: 1 } }, 0],
];
for (const [text, metric, shows, from] of metrics) {
  test(`--metric ${text}`, () => deepEqual(metricOf(text), { metric, shows, from }));
}

test("--set and --crash are read; several images are separated by |", () => {
  deepEqual(imageOf("web=registry:5000/web:2=x"), ["web", "registry:5000/web:2=x"]);
  deepEqual(
    [...ailmentsOf(["web:1|web:2=unready", "web:3=noImage"])],
    [
      ["web:1", "crash"],
      ["web:2", "unready"],
      ["web:3", "noImage"],
    ],
  );
});

const scenario = (fields: object) =>
  ({ apiVersion: "lotse/v1", kind: "Scenario", ...fields }) as unknown as KubeObject;

test("a scenario says what the options say, and what people do", () => {
  const told = scenarioOf(
    scenario({
      set: { web: "web:2" },
      readyAfter: "20s",
      metrics: [
        { name: "rate", value: 0.9, at: "1m" },
        { name: "other", value: "error" },
      ],
      pods: [{ image: "web:2", fate: "crash" }],
      actions: [
        { at: "5m", do: "promote" },
        { at: 360, do: "scale", replicas: 3 },
      ],
    }),
  );
  deepEqual([...told.images], [["web", "web:2"]]);
  deepEqual(told.readyAfter, 20_000);
  deepEqual(told.metrics[0], { metric: "rate", shows: { is: "value", value: 0.9 }, from: 60_000 });
  deepEqual([...told.ailments], [["web:2", "crash"]]);
  deepEqual(told.actions, [
    { at: 300_000, action: { do: "promote" } },
    { at: 360_000, action: { do: "scale", replicas: 3 } },
  ]);
});

const wrong: [name: string, fields: object, message: RegExp][] = [
  ["an unknown field", { sets: {} }, /sets/],
  ["an unknown action", { actions: [{ at: 1, do: "jump" }] }, /actions\[0\].do/],
  ["scale without replicas", { actions: [{ at: 1, do: "scale" }] }, /needs `replicas`/],
  ["a time that is none", { readyAfter: "soon" }, /invalid duration/],
];
for (const [name, fields, message] of wrong) {
  test(`a scenario refuses ${name}`, () => throws(() => scenarioOf(scenario(fields)), message));
}
