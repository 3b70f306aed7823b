import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { noFaults } from "../../src/sim/faults.ts";
import { type History, plain, type Setup } from "./history.ts";
import { livedThrough } from "./live.ts";
import { options } from "./options.ts";

const setup: Setup = {
  ...plain,
  strategy: "routed",
  steps: [{ setWeight: 25 }, { analysis: true }, { setWeight: 75 }],
  background: true,
  autoPromotion: false,
  previewReplicas: 1,
  analyses: true,
};

/** An update that compares both versions with a share of the traffic each. */
const compared: Partial<Setup> = {
  strategy: "routed",
  router: "istio by Service",
  steps: [
    { setWeight: 25 },
    { experiment: { weight: 10, seconds: 0, isAnalysed: true, delay: 0 } },
    { setWeight: 75 },
  ],
};

/** Long runs try all kinds, and each write with a crash before and after it; others one of the two. */
const isLong = options().runs > 500;
const usual = { routed: { strategy: "routed" }, "blue-green": { strategy: "blueGreen" } } as const;
const more = {
  basic: { strategy: "basic" },
  dynamic: { strategy: "dynamic" },
  experiment: compared,
} as const;

for (const [name, differs] of Object.entries<Partial<Setup>>(isLong ? { ...usual, ...more } : usual)) {
  test(`I4: a crash at any write changes no outcome (${name})`, async () => {
    const history: History = { setup: { ...setup, ...differs }, rates: noFaults, seed: 1, acts: [] };
    const { writes, broken } = await livedThrough(history);
    deepEqual(broken, []);
    const wrong: string[] = [];
    for (let at = 1; at <= writes; at += 1) {
      for (const done of isLong ? [false, true] : [at % 2 === 0]) {
        const lived = await livedThrough(history, undefined, { at, done });
        wrong.push(...lived.broken.map((what) => `${done ? "after" : "before"} write ${at}: ${what}`));
      }
    }
    deepEqual(wrong, []);
  });
}
