import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "../../src/api/time.ts";
import { ReadingPool } from "../../src/reconcile/readings.ts";
import { turn, VirtualClock } from "../../src/sim/clock.ts";

const at = (n: number) => n as Instant;

/** A pool of two readings in all and one for each host; `begun` has the ids started, `end` ends one. */
function poolOf(limits: { limit?: number; limitPerPool?: number } = {}) {
  const clock = new VirtualClock(at(1000));
  const woken: string[] = [];
  const begun: string[] = [];
  const aborted: string[] = [];
  const ends = new Map<string, { resolve(value: unknown): void; reject(error: unknown): void }>();
  const readings = new ReadingPool({ clock, wake: (key) => woken.push(key), ...limits });
  const take = (key: string, id: string, pool = "host", atLeisure = false) =>
    readings.take(key, id, { pool, atLeisure }, (signal) => {
      begun.push(id);
      signal.addEventListener("abort", () => aborted.push(id));
      return new Promise((resolve, reject) => ends.set(id, { resolve, reject }));
    });
  const end = async (id: string, value?: unknown) => {
    if (value instanceof Error) ends.get(id)?.reject(value);
    else ends.get(id)?.resolve(value);
    await turn();
  };
  return { clock, readings, woken, begun, aborted, take, end };
}

test("a reading is begun once, wakes its key, and its value stays until it is dropped", async () => {
  const { clock, readings, woken, begun, take, end } = poolOf();
  deepEqual([take("a", "1"), take("a", "1"), readings.underWay], [undefined, undefined, 1]);
  await clock.advance(at(1500));
  await end("1", 0.97);
  const want = { is: "value", value: 0.97, startedAt: 1000, finishedAt: 1500 };
  deepEqual([begun, woken, readings.underWay], [["1"], ["a"], 0]);
  deepEqual([take("a", "1"), take("a", "1")], [want, want]);

  readings.keep("a", new Set(["1"]));
  deepEqual(take("a", "1"), want);
  readings.keep("a", new Set());
  deepEqual([take("a", "1"), begun], [undefined, ["1", "1"]]);
});

test("a failed reading says why", async () => {
  const { take, end } = poolOf();
  take("a", "1");
  await end("1", new Error("no route"));
  deepEqual(take("a", "1"), { is: "error", message: "no route", startedAt: 1000, finishedAt: 1000 });
});

test("a reading that throws before it begins has failed", async () => {
  const { readings, woken } = poolOf();
  const start = () => {
    throw new Error("odd");
  };
  readings.take("a", "1", { pool: "host" }, start);
  await turn();
  deepEqual([readings.take("a", "1", { pool: "host" }, start)?.is, woken], ["error", ["a"]]);
});

test("keys with the same ids have nothing to do with each other", async () => {
  const { readings, take, end, begun } = poolOf();
  take("a", "1");
  take("b", "1");
  readings.keep("a", new Set());
  await end("1", 5);
  deepEqual([begun, take("b", "1")?.is], [["1", "1"], "value"]);
});

test("each host has its bound, and a slow one does not delay the others", async () => {
  const { take, begun, end, readings } = poolOf({ limitPerPool: 2 });
  for (const id of ["1", "2", "3", "4"]) take("a", id, "slow");
  take("b", "5", "quick");
  deepEqual([begun, readings.underWay], [["1", "2", "5"], 5]);
  await end("2");
  deepEqual(begun, ["1", "2", "5", "3"]);
});

test("all hosts together have a bound, but each may have one", async () => {
  const { take, begun, end } = poolOf({ limit: 1 });
  for (const [index, host] of ["one", "one", "two", "three", "two", "four", "five"].entries()) {
    take("a", String(index), host);
  }
  deepEqual(begun, ["0", "2", "3", "5"]);
  await end("2");
  deepEqual(begun, ["0", "2", "3", "5", "4"]);
  await end("4");
  deepEqual(begun, ["0", "2", "3", "5", "4", "6"]);
});

test("what begins at its leisure begins one after the other, and delays nobody who is on time", async () => {
  const { clock, readings, take, begun, end } = poolOf({ limitPerPool: 3 });
  for (const id of ["1", "2", "3", "4"]) take("a", id, "host", true);
  take("b", "5", "other", true);
  deepEqual([begun, readings.underWay], [["1", "5"], 2]);
  readings.keep("b", new Set());
  await end("1"); // its host has nothing under way now, and the next one waits for its turn all the same
  await clock.advance(at(1009));
  deepEqual(begun, ["1", "5"]);
  take("c", "on time");
  await clock.advance(at(1010));
  deepEqual(begun, ["1", "5", "on time", "2"]);
  await clock.advance(at(1025));
  deepEqual(begun.slice(4), ["3"]);
  await end("2"); // the turn of the fourth had come at 1030
  await clock.advance(at(1029));
  take("d", "6", "host", true);
  deepEqual(begun.slice(5), []);
  await clock.advance(at(1060));
  deepEqual(begun.slice(5), ["4"]); // three are under way: the sixth has to wait
  await end("3");
  deepEqual([begun.slice(6), readings.underWay], [["6"], 3]);
});

test("the larger a crowd is, the faster it begins", async () => {
  const { clock, begun, take } = poolOf();
  for (let n = 0; n < 5000; n++) take("a", `${n}`, "host", true);
  await clock.advance(at(1019)); // the first of them saw no crowd; then 10 s are spread over those who wait
  deepEqual(begun, ["0", "1", "2", "3", "4"]);
});

test("what is dropped is aborted, gives its place to the next at once and wakes nobody", async () => {
  const { readings, take, begun, aborted, woken, end } = poolOf({ limit: 1 });
  for (const id of ["1", "2", "3"]) take("a", id);
  readings.keep("a", new Set(["1", "3"])); // "2" waits for its turn
  deepEqual([begun, aborted], [["1"], []]);
  readings.keep("a", new Set(["3"]));
  deepEqual([begun, aborted], [["1", "3"], ["1"]]);
  await end("1", 1);
  deepEqual(woken, []);
  await end("3", 1);
  deepEqual([woken, readings.underWay], [["a"], 0]);
});

test("a stopped pool ends all and begins none", async () => {
  const { readings, take, begun, aborted } = poolOf({ limit: 1 });
  take("a", "1");
  take("b", "2");
  readings.stop();
  equal(take("c", "3"), undefined);
  deepEqual([begun, aborted, readings.underWay], [["1"], ["1"], 0]);
});
