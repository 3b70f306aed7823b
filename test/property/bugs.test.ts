import { ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bugs } from "./bugs.ts";
import { histories } from "./histories.ts";
import type { History } from "./history.ts";
import { live } from "./live.ts";

for (const bug of bugs) {
  test(`${bug.caughtBy[0]} catches this bug: ${bug.about}`, async () => {
    const isCaught = async (history: History) => {
      const broken = await live(bug.steer?.(history) ?? history, bug);
      return broken.some((text) => bug.caughtBy.some((invariant) => text.startsWith(invariant)));
    };
    for (const history of fc.sample(histories, { numRuns: 20, seed: 1 })) if (await isCaught(history)) return;
    ok(false, "no history has caught it");
  });
}
