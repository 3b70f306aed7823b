import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { rateLimit } from "../../src/kube/rate.ts";

test("rate: a burst goes at once, then the rest at the given rate", async () => {
  const take = rateLimit(100, 3);
  const began = performance.now();
  await Promise.all([take(), take(), take()]);
  await Promise.all([take(), take()]);
  const waited = performance.now() - began;
  ok(waited >= 18 && waited < 5_000, `two more took ${waited} ms`);
});

test("rate: what was not used comes back, but never more than the burst", async () => {
  let now = 0;
  const take = rateLimit(1_000, 2, () => now);
  await take();
  await take();
  now = 60_000;
  await take();
  await take();
  let went = false;
  const third = take().then(() => (went = true));
  await Promise.resolve();
  equal(went, false);
  await third;
});

test("rate: 0 is no limit", async () => {
  const take = rateLimit(0, 0);
  const began = performance.now();
  for (let i = 0; i < 10_000; i++) await take();
  ok(performance.now() - began < 5_000);
});
