import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "../../src/demo/turns.ts";

function dealt(count: number, weights: Readonly<Record<string, number>>, turns = new Turns()) {
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < count; turn += 1) {
    const name = turns.next(new Map(Object.entries(weights))) ?? "nobody";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const cases: readonly [weights: Readonly<Record<string, number>>, want: Readonly<Record<string, number>>][] =
  [
    [
      { stable: 90, canary: 10 },
      { stable: 90, canary: 10 },
    ],
    [
      { a: 1, b: 1, c: 2 },
      { a: 25, b: 25, c: 50 },
    ],
    [{ stable: 100, canary: 0 }, { stable: 100 }],
    [{ stable: 0 }, { nobody: 100 }],
    [{}, { nobody: 100 }],
  ];
for (const [weights, want] of cases) {
  test(`turns by ${JSON.stringify(weights)}`, () => deepEqual(dealt(100, weights), want));
}

test("turns: who has a weight of 0 is never chosen, whatever it was owed before", () => {
  const turns = new Turns();
  dealt(7, { stable: 50, canary: 50 }, turns);
  equal(dealt(200, { stable: 100, canary: 0 }, turns)["canary"], undefined);
});
