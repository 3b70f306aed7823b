import { Problem } from "../api/problem.ts";
import { seconds } from "../api/time.ts";
import { rolloutRef } from "./manifests.ts";
import { type Moment, versionAs } from "./moment.ts";
import { numberFrom } from "./query.ts";
import type { Show } from "./show.ts";
import type { Stage } from "./stage.ts";
import type { Release } from "./summary.ts";

/** The two releases: a tag that says `bad` fails often. */
export const tags = { good: "v1.5.0", bad: "v1.6.0-bad" } as const;

/** How long one release may take. */
const patience = seconds(60);

/** How long answers may still be under way once the traffic has moved. */
const settling = seconds(0.3);

/**
 * Waits until the success rate is measured. Meanwhile each question is put in other words: VictoriaMetrics
 * remembers for ten seconds that there was no answer. Throws a `Problem` after a while.
 */
export async function firstRates({ metrics, patched }: Stage, show: Show, now: () => number): Promise<void> {
  const deadline = now() + seconds(20);
  for (let tries = 0; ; tries += 1) {
    const query = patched.query.replaceAll("{", `{probe!="${tries}",`);
    if (Number.isFinite(await numberFrom(metrics.url, query))) break;
    if (now() > deadline) throw new Problem(`the success rate cannot be measured by ${metrics.name}`);
    await show.pass(seconds(0.2));
  }
  show.measure();
  await show.until("a measured success rate", ({ rates }) => Number.isFinite(rates.at(-1)), seconds(20));
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
  const after = await show.pass(settling);
  const tally = after.versions.find((version) => version.tag === tag)?.tally;
  if (tally === undefined) throw new Error(`no request has met ${tag}`);
  return { tag, took: last.at - (begun?.at ?? 0), weights, tally };
}

/** Notes a weight that is new. */
function follow(weights: number[], weight: number): void {
  if (weight > 0 && weights.at(-1) !== weight) weights.push(weight);
}
