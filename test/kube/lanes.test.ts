import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { Lanes } from "../../src/kube/lanes.ts";

const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Writes that count how many are under way together. */
function counted(): { readonly write: () => Promise<void>; readonly seen: { most: number; done: number } } {
  const seen = { most: 0, done: 0 };
  let writing = 0;
  const write = async (): Promise<void> => {
    writing += 1;
    seen.most = Math.max(seen.most, writing);
    await soon();
    writing -= 1;
    seen.done += 1;
  };
  return { write, seen };
}

test("lanes: while few wait, one is written at a time", async () => {
  const lanes = new Lanes({ now: () => 0 });
  const { write, seen } = counted();
  for (let index = 0; index < 20; index += 1) lanes.add(`web-${index}`, false, write);
  await lanes.settled();
  deepEqual(seen, { most: 1, done: 20 });
});

test("lanes: the more wait, the more are written at a time; too many are not taken", async () => {
  const lanes = new Lanes({ now: () => 0 });
  const { write, seen } = counted();
  const taken = Array.from({ length: 17_000 }, (_, index) => lanes.add(`web-${index}`, false, write));
  equal(taken.filter((is) => is).length, 16_000);
  while (seen.done < 100) await soon();
  equal(seen.most, 5);
  lanes.hurry();
  await lanes.settled();
  deepEqual(seen, { most: 8, done: 16_000 });
});

test("lanes: what has the same subject stays in its order, what is urgent goes first", async () => {
  const lanes = new Lanes({ now: () => 0 });
  const order: string[] = [];
  const add = (name: string, subject: string, isUrgent: boolean) =>
    lanes.add(subject, isUrgent, async () => {
      await soon();
      order.push(name);
    });
  for (const name of ["a1", "a2", "a3"]) add(name, "a", false);
  add("b1", "b", false);
  for (const name of ["u1", "u2"]) add(name, "a", true);
  await lanes.settled();
  deepEqual(order.slice(0, 3), ["a1", "u1", "u2"]);
  deepEqual(
    order.filter((name) => name.startsWith("a")),
    ["a1", "a2", "a3"],
  );
  equal(order.length, 6);
});

test("lanes: they rest for three times as long as a write took, unless they have to hurry", async () => {
  let clock = 0;
  const lanes = new Lanes({ now: () => clock });
  const write = async (): Promise<void> => {
    clock += 20;
  };
  const began = performance.now();
  for (let index = 0; index < 3; index += 1) lanes.add("web", false, write);
  await lanes.settled();
  ok(performance.now() - began >= 110);

  clock = 0;
  const slow = async (): Promise<void> => {
    clock += 100_000;
  };
  for (let index = 0; index < 200; index += 1) lanes.add("web", false, slow);
  await soon();
  lanes.hurry();
  await lanes.settled();
  ok(performance.now() - began < 10_000, "200 rests of a quarter of a second were not waited for");
});
