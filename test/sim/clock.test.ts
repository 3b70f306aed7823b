import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "../../src/api/time.ts";
import { turn, VirtualClock } from "../../src/sim/clock.ts";

const at = (n: number) => n as Instant;

test("timers run in order at their instants, also those set on the way", async () => {
  const clock = new VirtualClock(at(0));
  const seen: [string, number][] = [];
  const note = (name: string) => () => void seen.push([name, clock.now()]);
  clock.at(at(20), note("late"));
  clock.at(at(10), () => {
    note("early")();
    clock.at(at(15), note("between"));
  });
  clock.at(at(31), note("never"));
  await clock.advance(at(30));
  deepEqual(seen, [
    ["early", 10],
    ["between", 15],
    ["late", 20],
  ]);
  deepEqual([clock.now(), clock.next()], [30, 31]);
});

test("what promises begin between two timers has ended before the second", async () => {
  const clock = new VirtualClock(at(0));
  const seen: string[] = [];
  clock.at(at(1), () => {
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => seen.push("first"));
  });
  clock.at(at(2), () => void seen.push("second"));
  await clock.advance(at(2));
  deepEqual(seen, ["first", "second"]);
});

test("a cancelled timer does not run, and no instant is left for it", async () => {
  const clock = new VirtualClock(at(0));
  clock.at(at(5), () => {
    throw new Error("cancelled");
  })();
  clock.at(at(0), () => {
    throw new Error("cancelled");
  })();
  equal(clock.next(), undefined);
  equal(clock.runNext(), false);
  await clock.advance(at(9));
  equal(clock.now(), 9);
});

test("an instant that has passed is called back at once, but not inside the call", async () => {
  const clock = new VirtualClock(at(7));
  let called = 0;
  clock.at(at(3), () => called++);
  equal(called, 0);
  await turn();
  deepEqual([called, clock.now()], [1, 7]);
});

test("timers of one instant run together, and none after the limit", () => {
  const clock = new VirtualClock(at(0));
  const seen: number[] = [];
  for (const n of [1, 2]) clock.at(at(5), () => void seen.push(n));
  equal(clock.runNext(at(4)), false);
  equal(clock.runNext(at(5)), true);
  deepEqual(seen, [1, 2]);
});
