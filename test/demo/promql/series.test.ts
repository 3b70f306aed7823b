import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { SeriesStore } from "../../../src/demo/promql/series.ts";

const labels = { __name__: "up" };
const all = () => true;

test("series: one that is not in a scrape has no value from then on, until it is in one again", () => {
  const store = new SeriesStore();
  store.append(1, [{ labels, value: 5 }]);
  store.append(2, []);
  deepEqual(store.latest(all, 1.5), [{ labels, value: 5 }]);
  deepEqual(store.latest(all, 2.5), []);
  store.append(3, [{ labels, value: 6 }]);
  deepEqual(store.latest(all, 3), [{ labels, value: 6 }]);
});

test("series: a value holds for five minutes, points are kept for fifteen", () => {
  const store = new SeriesStore();
  store.append(0, [{ labels, value: 1 }]);
  deepEqual(store.latest(all, 299).length, 1);
  deepEqual(store.latest(all, 300), []);
  for (let at = 600; at <= 1200; at += 300) store.append(at, [{ labels, value: at }]);
  const [range] = store.between(all, -1, 1200);
  deepEqual(
    range?.points.map(({ at }) => at),
    [600, 900, 1200],
  );
});
