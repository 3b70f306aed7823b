import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { key, loopOf, nothing } from "./fakeLoop.ts";
import { objectOf, rollouts } from "./fakes.ts";

test("a reading that has arrived has its key looked at", async () => {
  const values: unknown[] = [];
  let arrive = (_: unknown) => {};
  const { advance } = loopOf(({ ports }) => {
    const reading = ports.readings.take(
      key,
      "1",
      { pool: "host" },
      () =>
        new Promise((resolve) => {
          arrive = resolve;
        }),
    );
    values.push(reading?.is === "value" ? reading.value : undefined);
    return nothing;
  });
  await advance(10);
  arrive(0.99);
  await advance(20);
  deepEqual(values, [undefined, 0.99]);
});

test("a key with urgent news is looked at while others that were woken wait", async () => {
  const arrive = new Map<string, (value: unknown) => void>();
  const looked: string[] = [];
  let isSlow = false;
  const { advance, cache } = loopOf(() => nothing, {
    isUrgent: (reading) => reading.is === "value" && reading.value === "bad",
    async observe({ readings }, of) {
      looked.push(of.slice(5));
      const start = () => new Promise((resolve) => arrive.set(of.slice(5), resolve));
      readings.take(of, "1", { pool: "host" }, start);
      if (isSlow) await new Promise(() => {});
    },
  });
  const names = ["a", "b", "c", "d", "e", "bad"];
  for (const name of names) cache.apply({ type: "added", object: objectOf(rollouts, name) });
  await advance(10);
  deepEqual(looked, ["web", ...names]);
  isSlow = true;
  for (const name of names) arrive.get(name)?.(name === "bad" ? "bad" : "good");
  await advance(20);
  deepEqual(looked.slice(7), ["bad", "a", "b", "c", "d"]);
});
