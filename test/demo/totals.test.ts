import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "../../src/demo/promql/series.ts";
import { Totals } from "../../src/demo/totals.ts";

const labels = { __name__: "requests" };

function counted(pods: Readonly<Record<string, number>>): ReadonlyMap<string, readonly Sample[]> {
  return new Map(Object.entries(pods).map(([pod, value]) => [pod, [{ labels, value }]]));
}

test("totals: pods come and go, their counts stay; a late answer changes nothing", () => {
  const totals = new Totals();
  const steps: readonly [pods: Readonly<Record<string, number>>, total: number][] = [
    [{ a: 5 }, 5],
    [{ a: 7, b: 1 }, 8],
    [{ b: 4 }, 11],
    [{ b: 3 }, 11],
    [{ b: 5, c: 2 }, 14],
  ];
  for (const [pods, total] of steps) {
    totals.add(counted(pods));
    deepEqual(totals.samples, [{ labels, value: total }]);
  }
});
