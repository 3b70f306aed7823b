import { ok } from "node:assert/strict";
import { test } from "node:test";
import { type Instant, later, type Millis } from "../../src/api/time.ts";
import { wallClock } from "../../src/controller/wallClock.ts";

test("a timer of the wall clock does not run before its instant", async () => {
  const when = later(wallClock.now(), 15 as Millis);
  await new Promise<void>((resolve) => wallClock.at(when, resolve));
  ok(wallClock.now() >= when);
});

test("an instant that has passed is called back, but not inside the call", async () => {
  let called = false;
  const done = new Promise<void>((resolve) => {
    wallClock.at(0 as Instant, () => {
      called = true;
      resolve();
    });
  });
  ok(!called);
  await done;
});

test("a timer further away than setTimeout can count neither runs at once nor after it is cancelled", async () => {
  let called = false;
  const cancel = wallClock.at(later(wallClock.now(), (2 ** 33) as Millis), () => {
    called = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  cancel();
  ok(!called);
});
