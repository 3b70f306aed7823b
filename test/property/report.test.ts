import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { noFaults } from "../../src/sim/faults.ts";
import { type History, plain } from "./history.ts";
import { failureOf, timelineOf } from "./report.ts";

const history: History = {
  setup: { ...plain, replicas: 3 },
  rates: { ...noFaults, crash: 0.1 },
  seed: 7,
  acts: [
    { wait: 1, act: { is: "image", image: 2 } },
    { wait: 4, act: { is: "action", action: { do: "scale", replicas: 5 } } },
    { wait: 0, act: { is: "steps", steps: [{ pause: 5 }] } },
  ],
};

test("a failing history is told as a timeline", () => {
  const [setup, ...lines] = timelineOf(history);
  match(setup ?? "", /^ {2}replicas 3, strategy "basic", .*analyses false$/);
  deepEqual(lines, [
    "  faults of seed 7: crash 0.1",
    "     1 s  image 2",
    "     5 s  scale 5",
    '     5 s  steps [{"pause":5}]',
    "     5 s  all troubles but the faults end, and the last version goes out",
  ]);
});

test("a failure names the seed that leads there again, shrunk", async () => {
  const acts = fc.array(fc.constant(history.acts[0] as never), { maxLength: 5 });
  const property = fc.asyncProperty(
    acts.map((some): History => ({ ...history, acts: some })),
    async (one) => {
      if (one.acts.length > 1) throw new Error("I4: broken");
    },
  );
  const text = failureOf(await fc.check(property, { seed: 5 }));
  match(
    text,
    /^history \d+ of seed 5, shrunk \d+ times \(again: npm run test:property -- --seed 5 --path [\d:]+\):/,
  );
  match(text, / 1 s {2}image 2\n {5}2 s {2}image 2\n {5}2 s {2}all troubles/);
  match(text, /\nI4: broken\n\{"setup":/);
  equal(failureOf(await fc.check(property, { numRuns: 0 })), "");
});
