import { deepEqual, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Failure, Figures, Step } from "./dataPlane/figures.ts";
import { Inside } from "./dataPlane/inside.ts";
import { drivers } from "./dataPlane/manifests.ts";
import { stories } from "./dataPlane/stories.ts";
import { missingNamespaces } from "./support/namespace.ts";

/** How many requests go through each update with each driver (20,000 with both), and how many a second. */
const requests = 10_000;
const perSecond = 160;

/** The steps of fewer requests are too short to be measured: the proxy was only passing by. */
const measurable = 300;

/** On a busy machine the proxy may tell that it has changed before it has changed everywhere. */
const slackMillis = 500;

/** So long the controller may take on a busy machine to follow the endpoints of dead pods with a weight of 0. */
const patienceMillis = 3000;

const [missing] = missingNamespaces();

describe("requests through a real proxy while its weights move", {
  skip: missing === undefined ? false : missing.message,
  timeout: 580_000,
}, () => {
  let inside: Inside;

  before(() => {
    inside = new Inside([requests, perSecond]);
  });
  after(() => inside?.stop());

  for (const { name, steps } of stories) {
    for (const driver of drivers) {
      test(`${driver.name}: a canary that is ${name}`, async (t) => {
        const figures = await inside.figures(name, driver.name);
        t.diagnostic(told(figures));
        ok(figures.requests >= requests, `only ${figures.requests} requests`);
        sharesAreWeights(figures.steps, weightsOf(steps));
        if (name === "killed") onlyUnderWay(figures);
        else deepEqual(figures.failures, []);
      });
    }
  }
});

/** Every weight of the steps was measured, and no share is further than 2 points from its weight. */
function sharesAreWeights(seen: readonly Step[], wanted: readonly number[]): void {
  const long = seen.filter((step) => step.requests >= measurable && wanted.includes(step.weight));
  for (const weight of wanted) {
    ok(
      long.some((step) => step.weight === weight),
      `${weight} was not measured: ${JSON.stringify(seen)}`,
    );
  }
  deepEqual(
    long.filter(({ weight, share }) => Math.abs(weight - share) > 2),
    [],
  );
}

/**
 * What fails was sent to canary pods before the proxy knew that they are gone, or had no weight for them any
 * more. What comes between the one and the other finds no pod at all, and is told so at once (503). Nothing
 * fails afterwards, and nothing ever on stable. The controller answers for how late the weight follows.
 */
function onlyUnderWay({ failures, podsGone, weightGone, told: known }: Figures): void {
  ok(podsGone !== undefined && weightGone !== undefined, "the proxy never gave the canary up");
  ok(
    known.podsGone !== undefined && known.weightGone !== undefined,
    "nobody was told that the canary is gone",
  );
  const late = known.weightGone - known.podsGone;
  ok(late <= patienceMillis, `the weight went ${late} ms after the endpoints`);
  const allowed = ({ at, status, sentTo }: Failure): boolean => {
    if (sentTo === "canary") return at <= Math.min(podsGone, weightGone) + slackMillis;
    const between = at >= podsGone - slackMillis && at <= weightGone + slackMillis;
    return sentTo === "nowhere" && status === 503 && between;
  };
  deepEqual(
    failures.filter((failure) => !allowed(failure)),
    [],
  );
}

function weightsOf(steps: readonly object[]): readonly number[] {
  return steps.flatMap((step) => ("setWeight" in step ? [Number(step.setWeight)] : []));
}

function told({ failures, steps, ...figures }: Figures): string {
  const shares = steps.map(({ weight, share, requests: count }) => `${weight}: ${share} of ${count}`);
  const kinds = new Map<string, Failure[]>();
  for (const one of failures) {
    const kind = `${one.status} ${one.sentTo}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  const failed = [...kinds].map(([kind, all]) => {
    const times = all.map(({ at }) => at);
    return `${kind}: ${all.length} (${Math.min(...times)} to ${Math.max(...times)} ms)`;
  });
  return JSON.stringify({ ...figures, shares, failed });
}
