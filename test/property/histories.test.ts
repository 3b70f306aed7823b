import { ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bugs } from "./bugs.ts";
import { type History, histories } from "./history.ts";
import { live } from "./live.ts";
import { options } from "./options.ts";

const { runs, seed } = options();

test(`I1 to I6 and I8 hold in ${runs} random histories (seed ${seed})`, async () => {
  const property = fc.asyncProperty(histories, async (history) => {
    const broken = await live(history);
    ok(broken.length === 0, broken.join("\n"));
  });
  await fc.assert(property, { numRuns: runs, seed });
});

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
