import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { changes, statusLine } from "../../src/demo/tell.ts";
import { moment, tally, version } from "./moments.ts";

type More = Parameters<typeof moment>[0];

const one = [version("v1", "stable")];
const both = [version("v1", "stable"), version("v2", "canary")];
const after = [version("v1", "old"), version("v2", "stable")];
const cases: readonly [name: string, before: More, now: More, texts: readonly string[]][] = [
  ["nothing", {}, {}, []],
  [
    "the first version",
    { versions: [], weight: 1 },
    { versions: one, weight: 0 },
    ["v1 is the stable version"],
  ],
  ["a release", { versions: one, weight: 0 }, { versions: both, weight: 0 }, ["v2 is released"]],
  ["a weight", { versions: both }, { versions: both, weight: 30 }, ["30 % of the traffic goes to v2"]],
  [
    "a promotion",
    { versions: both, weight: 0 },
    { versions: after, weight: 0 },
    ["v2 is the stable version"],
  ],
  [
    "an abort",
    { versions: both, weight: 30 },
    { versions: both, weight: 0, phase: "Degraded", message: "RolloutAborted: why" },
    ["all traffic goes to the stable version v1", "RolloutAborted: why"],
  ],
];
for (const [name, before, now, texts] of cases) {
  test(`tells of ${name}`, () => {
    const told = changes(moment(before), moment({ at: 5, ...now }));
    deepEqual(
      told.map(({ text }) => text),
      texts,
    );
    equal(
      told.every(({ at }) => at === 5),
      true,
    );
  });
}

test("a moment in one line", () => {
  const versions = [
    version("v1", "stable", { tally: tally({ requests: 1_200, failures: 3 }) }),
    version("v2", "canary", { ready: 1, tally: tally({ failures: 30 }) }),
  ];
  equal(
    statusLine(moment({ versions, lost: 2 })),
    "90 % v1 + 10 % v2 | pods 5+1 | success 94.0 % | requests 1,300 | failures 33 | lost 2",
  );
});
