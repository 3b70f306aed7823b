import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Instant } from "../../src/api/time.ts";
import { Queue, type Verdict } from "../../src/reconcile/queue.ts";
import { turn, VirtualClock } from "../../src/sim/clock.ts";

const at = (n: number) => n as Instant;

/** A queue on a virtual clock, with the starts that it made as `key@instant`. */
function queueOf(
  work: (key: string, queue: Queue) => Promise<Verdict> | Verdict = () => "done",
  workers = 4,
  wokenAtATime?: number,
) {
  const clock = new VirtualClock(at(0));
  const starts: string[] = [];
  const errors: unknown[] = [];
  const queue: Queue = new Queue({
    clock,
    workers,
    wokenAtATime,
    failed: (_, error) => errors.push(error),
    async work(key) {
      starts.push(`${key}@${clock.now()}`);
      return work(key, queue);
    },
  });
  return { clock, queue, starts, errors };
}

const delays: [name: string, begin: (queue: Queue) => void, starts: string[]][] = [
  [
    "runs a key that was added often once",
    (q) => {
      for (const key of ["a", "a", "b", "a"]) q.add(key);
    },
    ["a@0", "b@0"],
  ],
  ["runs a delayed key at its instant", (q) => q.addAt("a", at(30)), ["a@30"]],
  ["runs what is overdue now", (q) => q.addAt("a", at(-5)), ["a@0"]],
  [
    "takes the earliest of several delays",
    (q) => {
      for (const n of [50, 20, 70]) q.addAt("a", at(n));
    },
    ["a@20"],
  ],
  [
    "forgets the delay of a key that runs earlier",
    (q) => {
      q.addAt("a", at(50));
      q.add("a");
    },
    ["a@0"],
  ],
  [
    "holds a deferred key back",
    (q) => {
      q.defer("a", at(40));
      q.add("a");
      q.addAt("a", at(5));
    },
    ["a@40"],
  ],
  [
    "leaves a later delay of a deferred key",
    (q) => {
      q.defer("a", at(40));
      q.addAt("a", at(60));
    },
    ["a@60"],
  ],
];
for (const [name, begin, want] of delays) {
  test(`the queue ${name}`, async () => {
    const { clock, queue, starts } = queueOf();
    begin(queue);
    await clock.advance(at(100));
    deepEqual(starts, want);
    equal(clock.next(), undefined);
    deepEqual(queue.counts, { ready: 0, working: 0, delayed: 0 });
  });
}

test("nothing starts inside add", () => {
  const { queue, starts } = queueOf();
  queue.add("a");
  deepEqual(starts, []);
});

test("a key is worked on once at a time, and again when it came meanwhile", async () => {
  const gates: (() => void)[] = [];
  const { queue, starts } = queueOf(async () => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return "done" as const;
  });
  queue.add("a");
  await turn();
  queue.add("a");
  queue.add("a");
  queue.add("b");
  await turn();
  deepEqual(starts, ["a@0", "b@0"]);
  gates[0]?.();
  await turn();
  deepEqual(starts, ["a@0", "b@0", "a@0"]);
  for (const open of gates) open();
  await queue.whenIdle();
  equal(starts.length, 3);
});

test("no more workers run than allowed, and who waits longest is next", async () => {
  const gates: (() => void)[] = [];
  const { queue, starts } = queueOf(async () => {
    await new Promise<void>((resolve) => gates.push(resolve));
    return "done" as const;
  }, 2);
  for (const key of ["a", "b", "c", "d"]) queue.add(key);
  await turn();
  deepEqual(starts, ["a@0", "b@0"]);
  equal(queue.idle, false);
  gates[1]?.();
  await turn();
  deepEqual(starts, ["a@0", "b@0", "c@0"]);
  gates[0]?.();
  gates[2]?.();
  await turn();
  gates[3]?.();
  await queue.whenIdle();
  equal(queue.idle, true);
});

test("a failing key backs off from 1 ms, doubling up to 10 s, until it succeeds", async () => {
  let fails = 17;
  const { clock, starts, queue } = queueOf(() => (fails-- > 0 ? "retry" : "done"));
  queue.add("a");
  await clock.advance(at(60_000));
  const times = starts.map((start) => Number(start.slice(2)));
  const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
  deepEqual(gaps, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 10_000, 10_000, 10_000]);

  fails = 1;
  queue.add("a");
  await clock.advance(at(60_010));
  deepEqual(starts.slice(-2), ["a@60000", "a@60001"]);
});

test("a change does not wait for the end of a back-off", async () => {
  const { clock, starts, queue } = queueOf(() => "retry");
  queue.add("a");
  await clock.advance(at(8)); // 0, 1, 3, 7; the next is due at 15
  queue.add("a");
  await turn();
  deepEqual(starts, ["a@0", "a@1", "a@3", "a@7", "a@8"]);
});

test("an error is reported and the key backs off", async () => {
  const { clock, starts, errors, queue } = queueOf(() => {
    throw new Error("broken");
  });
  queue.add("a");
  await clock.advance(at(2));
  deepEqual(starts, ["a@0", "a@1"]);
  deepEqual(errors.map(String), ["Error: broken", "Error: broken"]);
});

test("a delay set while a key is worked on holds", async () => {
  const { clock, starts, queue } = queueOf((key, q) => {
    if (starts.length === 1) q.addAt(key, at(25));
    return "done" as const;
  });
  queue.add("a");
  await clock.advance(at(100));
  deepEqual(starts, ["a@0", "a@25"]);
});

test("a paused queue starts nothing, collects keys and goes on with them", async () => {
  const { clock, starts, queue } = queueOf();
  await queue.pause();
  queue.add("a");
  queue.addAt("b", at(5));
  await clock.advance(at(10));
  deepEqual([starts, queue.idle], [[], false]);
  queue.resume();
  await queue.whenIdle();
  deepEqual(starts, ["b@10", "a@10"]);
});

test("stopping waits for what was begun and starts nothing more", async () => {
  let open = () => {};
  let ended = false;
  const { clock, starts, queue } = queueOf(async () => {
    await new Promise<void>((resolve) => {
      open = resolve;
    });
    ended = true;
    return "retry" as const;
  }, 1);
  queue.add("a");
  queue.add("b");
  queue.addAt("c", at(5));
  await turn();
  const stopped = queue.stop();
  queue.add("d");
  await turn();
  equal(ended, false);
  open();
  await stopped;
  equal(ended, true);
  queue.resume();
  await clock.advance(at(50));
  deepEqual([starts, clock.next(), queue.idle], [["a@0"], undefined, true]);
});

test("ten thousand keys pass through in order", async () => {
  const { queue, starts } = queueOf(undefined, 8);
  for (let n = 0; n < 10_000; n++) queue.add(`${n}`);
  await queue.whenIdle();
  deepEqual([starts.length, starts[0], starts[9_999]], [10_000, "0@0", "9999@0"]);
});

test("what its instant has come for and what is urgent goes before what was woken, until that has waited for five seconds", async () => {
  const { clock, starts, queue } = queueOf(undefined, 1);
  await queue.pause();
  for (const key of ["woken", "woken too", "bad"]) queue.add(key);
  await clock.advance(at(4999));
  queue.add("later");
  queue.addUrgent("bad");
  queue.addAt("due", at(5001));
  await clock.advance(at(5001));
  queue.addUrgent("worse");
  queue.resume();
  await queue.whenIdle();
  const order = ["bad", "woken", "woken too", "due", "worse", "later"];
  deepEqual(
    starts,
    order.map((key) => `${key}@5001`),
  );
});

test("where others are urgent, few that were woken are worked on at a time, but none waits long for that", async () => {
  const held = new Map<string, () => void>();
  const work = (key: string) => new Promise<Verdict>((resolve) => held.set(key, () => resolve("done")));
  const { clock, starts, queue } = queueOf(work, 8, 2);
  for (const key of ["a", "b", "c", "d"]) queue.add(key);
  await clock.advance(at(400));
  queue.addUrgent("bad");
  queue.add("e");
  await turn();
  deepEqual(starts, ["a@0", "b@0", "bad@400"]);
  deepEqual(queue.counts, { ready: 3, working: 3, delayed: 0 });
  held.get("b")?.();
  await turn();
  deepEqual(starts.slice(3), ["c@400"]);
  await clock.advance(at(5399));
  deepEqual(starts.slice(4), ["d@5000"]);
  await clock.advance(at(5400));
  deepEqual(starts.slice(5), ["e@5400"]);
  for (const end of held.values()) end();
  await queue.whenIdle();
  deepEqual([queue.counts, clock.next()], [{ ready: 0, working: 0, delayed: 0 }, undefined]);
});

test("what becomes urgent while it is worked on goes first afterwards", async () => {
  let open = () => {};
  const wait = () =>
    new Promise<Verdict>((resolve) => {
      open = () => resolve("done");
    });
  const { starts, queue } = queueOf((key) => (key === "a" ? wait() : "done"), 1);
  queue.add("a");
  await turn();
  for (const key of ["b", "a"]) queue.add(key);
  queue.addUrgent("a");
  open();
  await turn();
  open();
  await queue.whenIdle();
  deepEqual(starts, ["a@0", "a@0", "b@0"]);
});

test("the queue counts what becomes ready and what is retried, and says how long work goes on", async () => {
  const clock = new VirtualClock(at(0));
  const waits: number[] = [];
  let verdict: (verdict: Verdict) => void = () => {};
  const queue: Queue = new Queue({
    clock,
    workers: 1,
    failed: () => {},
    waited: (millis) => waits.push(millis),
    work: () => new Promise((resolve) => (verdict = resolve)),
  });
  for (const key of ["a", "a", "b"]) queue.add(key);
  await clock.advance(at(2000));
  deepEqual(queue.totals, { added: 2, retried: 0, unfinished: 2, longest: 2 });
  verdict("retry");
  await turn();
  await clock.advance(at(5000));
  deepEqual(queue.totals, { added: 3, retried: 1, unfinished: 3, longest: 3 });
  deepEqual(waits, [0, 2000]);
});
