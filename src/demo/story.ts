import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../api/problem.ts";
import { seconds } from "../api/time.ts";
import { rolloutRef } from "./manifests.ts";
import { type Moment, versionAs } from "./moment.ts";
import type { Show } from "./show.ts";
import type { Stage } from "./stage.ts";
import type { Release } from "./summary.ts";

/** The two releases: a tag that says `bad` fails often. */
export const tags = { good: "v1.5.0", bad: "v1.6.0-bad" } as const;

/** How long one release may take. */
const patience = seconds(60);

/** How long answers may still be under way once the traffic has moved. */
const settling = 300;

/** Waits until the success rate is measured. */
export async function firstRates(show: Show, hint: string): Promise<void> {
  const isMeasured = ({ rates }: Moment) => Number.isFinite(rates.at(-1));
  await show.until("a measured success rate", isMeasured, seconds(20)).catch((error: unknown) => {
    if (error instanceof Error && error.message.startsWith("not within"))
      throw new Problem(`the success rate cannot be measured: ${hint}`);
    throw error;
  });
}

/** Releases a version that is to be promoted. Throws when it is not. */
export async function promoted(stage: Stage, show: Show): Promise<Release> {
  return release(stage, show, tags.good, ({ phase, weight, versions }, tag) => {
    if (phase === "Degraded") throw new Error(`the good release ${tag} was taken back`);
    const isStable = versions.find((version) => version.tag === tag)?.role === "stable";
    return isStable && weight === 0 && phase === "Healthy";
  });
}

/** Releases a version that is to be taken back. Throws when it is promoted. */
export async function takenBack(stage: Stage, show: Show): Promise<Release> {
  return release(stage, show, tags.bad, (moment, tag) => {
    if (versionAs(moment, "stable")?.tag === tag) throw new Error(`the bad release ${tag} was promoted`);
    return moment.phase === "Degraded" && moment.weight === 0;
  });
}

async function release(
  { cluster }: Stage,
  show: Show,
  tag: string,
  isOver: (moment: Moment, tag: string) => boolean,
): Promise<Release> {
  const image = `myregistry.com/my-api:${tag}`;
  const path = "/spec/template/spec/containers/0/image";
  await cluster.client().patch(rolloutRef, { type: "json", body: [{ op: "replace", path, value: image }] });
  const weights: number[] = [];
  let begun: Moment | undefined;
  let failure: unknown;
  const holds = (moment: Moment) => {
    begun ??= moment;
    if (versionAs(moment, "canary")?.tag === tag) follow(weights, moment.weight);
    try {
      return isOver(moment, tag);
    } catch (error) {
      failure = error;
      return true;
    }
  };
  const last = await show.until(`the end of the release ${tag}`, holds, patience);
  if (failure !== undefined) throw failure;
  await sleep(settling);
  const after = await show.until("a look", () => true, seconds(1));
  const tally = after.versions.find((version) => version.tag === tag)?.tally;
  if (tally === undefined) throw new Error(`no request has met ${tag}`);
  return { tag, took: last.at - (begun?.at ?? 0), weights, tally };
}

/** Notes a weight that is new. */
function follow(weights: number[], weight: number): void {
  if (weight > 0 && weights.at(-1) !== weight) weights.push(weight);
}
