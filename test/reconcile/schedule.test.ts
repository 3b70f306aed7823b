import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "../../src/api/time.ts";
import { type Due, Schedule } from "../../src/reconcile/schedule.ts";

test("what is scheduled comes out in the order of instants, equal ones in the order of coming", () => {
  const schedule = new Schedule<string>();
  for (const [at, item] of [
    [5, "c"],
    [1, "a"],
    [9, "e"],
    [5, "d"],
    [2, "b"],
  ] as const)
    schedule.add(at as Instant, item);
  deepEqual(drained(schedule), ["a", "b", "c", "d", "e"]);
});

test("anything can be taken out, twice without harm", () => {
  const schedule = new Schedule<number>();
  const all: Due<number>[] = [];
  for (let n = 0; n < 200; n++) all.push(schedule.add(((n * 7919) % 101) as Instant, n));
  for (const due of all) if (due.item % 3 === 0) schedule.remove(due);
  for (const due of all) if (due.item % 3 === 0) schedule.remove(due);
  const left = all.filter(({ item }) => item % 3 !== 0).sort((a, b) => a.at - b.at || a.order - b.order);
  equal(schedule.size, left.length);
  deepEqual(
    drained(schedule),
    left.map(({ item }) => item),
  );
});

function drained<T>(schedule: Schedule<T>): T[] {
  const items: T[] = [];
  for (let due = schedule.first; due !== undefined; due = schedule.first) {
    items.push(due.item);
    schedule.remove(due);
  }
  return items;
}
