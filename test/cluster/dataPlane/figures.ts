import type { Asked } from "./load.ts";
import type { Told } from "./told.ts";
import type { Logged, Shared } from "./traefikProcess.ts";

/** What the proxy did between two moments (of `performance.now()`), by its own API. */
export interface Sample extends Shared {
  readonly asked: number;
  readonly answered: number;
}

/** What was seen of one weight. */
export interface Step {
  readonly weight: number;
  readonly requests: number;
  /** The share of the requests that the canary answered, in percent. */
  readonly share: number;
}

/** A request that failed. */
export interface Failure {
  /** When it was sent, in milliseconds after the pods were killed (or after the load began). */
  readonly at: number;
  /** What the client got; 0 is no answer. */
  readonly status: number;
  /** Where the proxy had sent it: to a pod of either version, or nowhere as it knew no pod. */
  readonly sentTo: "canary" | "stable" | "nowhere" | "unknown";
}

/** What one story showed with one driver. Times are milliseconds after the pods were killed. */
export interface Figures {
  readonly story: string;
  readonly driver: string;
  readonly seconds: number;
  readonly requests: number;
  readonly perSecond: number;
  /** Of the answers, in milliseconds. */
  readonly median: number;
  readonly slowest: number;
  readonly steps: readonly Step[];
  readonly failures: readonly Failure[];
  /** When the proxy knew no canary pod any more. */
  readonly podsGone: number | undefined;
  /** When the proxy gave the canary no request any more. */
  readonly weightGone: number | undefined;
  /** When the API server had told of either. */
  readonly told: Told;
}

/** What figures are made of. */
export interface Seen {
  readonly story: string;
  readonly driver: string;
  readonly asked: readonly Asked[];
  readonly samples: readonly Sample[];
  readonly logged: readonly Logged[];
  readonly canaryHash: string;
  /** The version of the pod with an address. */
  versionAt(address: string): string | undefined;
  readonly killedAt: number | undefined;
  /** What the API server told after that. */
  readonly told: Told;
}

/** Adds up what was seen. */
export function figuresOf(seen: Seen): Figures {
  const { story, driver, asked, samples, killedAt, told } = seen;
  const times = asked.map(({ at }) => at);
  const began = Math.min(...times);
  const seconds = (Math.max(...times) - began) / 1000;
  const took = asked.map(({ millis }) => millis).sort((one, other) => one - other);
  const since = killedAt ?? began;
  const sinceThen = (moment: number | undefined): number | undefined =>
    moment === undefined ? undefined : Math.round(moment - since);
  const after = (holds: (sample: Sample) => boolean): number | undefined => {
    const first = samples.find(
      (sample) => killedAt !== undefined && sample.asked > killedAt && holds(sample),
    );
    return sinceThen(first?.answered);
  };
  return {
    story,
    driver,
    seconds: Math.round(seconds * 10) / 10,
    requests: asked.length,
    perSecond: Math.round(asked.length / seconds),
    median: Math.round(took[Math.floor(took.length / 2)] ?? 0),
    slowest: Math.round(took.at(-1) ?? 0),
    steps: stepsOf(seen),
    failures: asked.filter(({ status }) => status !== 200).map((one) => failureOf(one, since, seen)),
    podsGone: after(({ canaryPods }) => canaryPods.length === 0),
    weightGone: after(({ canary }) => canary === 0),
    told: { podsGone: sinceThen(told.podsGone), weightGone: sinceThen(told.weightGone) },
  };
}

/**
 * Every time that the proxy kept one weight, and knew pods of the canary for it, and what became of the
 * requests that began and ended meanwhile. Pods that are killed end one.
 */
function stepsOf(seen: Seen): readonly Step[] {
  const runs: Sample[][] = [];
  for (const sample of seen.samples) {
    const last = runs.at(-1)?.at(-1);
    if (last !== undefined && stateOf(last, seen) === stateOf(sample, seen)) runs.at(-1)?.push(sample);
    else runs.push([sample]);
  }
  return runs.flatMap((run) => {
    const [first, last] = [run[0], run.at(-1)];
    if (first?.canary === undefined || last === undefined || !isCanarys(first, seen)) return [];
    const inside = seen.asked.filter(({ at, millis }) => at > first.answered && at + millis < last.asked);
    const canary = inside.filter(({ version }) => version === seen.canaryHash).length;
    // Requests that fail have no share: they are told apart.
    if (inside.length === 0 || inside.some(({ status }) => status !== 200)) return [];
    const share = Math.round((canary / inside.length) * 10_000) / 100;
    return [{ weight: Math.round(first.canary * 100) / 100, requests: inside.length, share }];
  });
}

/** What must stay the same during one step. */
function stateOf(sample: Sample, seen: Seen): string {
  const { killedAt = Number.POSITIVE_INFINITY } = seen;
  return [sample.canary, isCanarys(sample, seen), sample.asked < killedAt].join();
}

/** Whether what the canary Service leads to are the canary's pods: its weight means nothing before. */
function isCanarys({ canaryPods }: Sample, { canaryHash, versionAt }: Seen): boolean {
  return canaryPods.length > 0 && canaryPods.every((address) => versionAt(address) === canaryHash);
}

function failureOf({ path, at, status }: Asked, since: number, seen: Seen): Failure {
  const entry = seen.logged.find(({ RequestPath }) => RequestPath === path);
  return { at: Math.round(at - since), status, sentTo: sentTo(entry, seen) };
}

function sentTo(entry: Logged | undefined, { canaryHash, versionAt }: Seen): Failure["sentTo"] {
  if (entry === undefined) return "unknown";
  const { ServiceURL: url } = entry;
  if (url === undefined) return "nowhere";
  const host = typeof url === "string" ? new URL(url).host : url.Host;
  const version = versionAt(host.split(":")[0] ?? "");
  return version === undefined ? "unknown" : version === canaryHash ? "canary" : "stable";
}
