import type { KubeObject, ObjectRef } from "../api/object.ts";
import { type Millis, pauseSeconds, seconds } from "../api/time.ts";
import type { Action } from "./actions.ts";
import { isJson, jsonOf, listOf } from "./json.ts";
import type { MetricOutcome } from "./metrics.ts";
import type { Ailment } from "./pods.ts";

/** What is to be played: objects, the update of one Rollout, and what happens meanwhile. */
export interface Story {
  readonly objects: readonly KubeObject[];
  /** The Rollout that is updated. */
  readonly rollout: ObjectRef;
  /** The new images by container; without any the first image gets the tag `simulated`. */
  readonly images: ReadonlyMap<string, string>;
  readonly metrics: readonly MetricOutcome[];
  readonly ailments: ReadonlyMap<string, Ailment>;
  readonly readyAfter: Millis;
  /** What people do, at times that count from the update. */
  readonly actions: readonly { readonly at: Millis; readonly action: Action }[];
}

/** How long nothing may change before the story is over, beyond all spans that its objects name. */
const margin = seconds(3600);

/**
 * How long to wait for another change: the longest span that an object of the story names (pauses, deadlines,
 * delays, a metric's measurements one after the other), what is foretold, and an hour.
 */
export function patienceFor({ objects, metrics, actions, readyAfter }: Story): Millis {
  const spans = objects.flatMap((object) => spansIn(object));
  const foretold = [...metrics.map(({ from }) => from), ...actions.map(({ at }) => at)];
  return (Math.max(0, seconds(600), readyAfter, ...spans, ...foretold) + margin) as Millis;
}

const spanFields = /(Seconds|^duration|^interval|^initialDelay|^ttl.*)$/;

function spansIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(spansIn);
  if (!isJson(value)) return [];
  const own = Object.entries(value).filter(([field]) => spanFields.test(field));
  const { interval, count } = value;
  const all = typeof interval === "string" ? spanOf(interval) * Math.min(Number(count ?? 1) || 1, 10_000) : 0;
  return [all, ...own.map(([, span]) => spanOf(span)), ...Object.values(value).flatMap(spansIn)];
}

function spanOf(value: unknown): number {
  if (typeof value === "number") return seconds(value);
  if (typeof value !== "string") return 0;
  const whole = pauseSeconds(value);
  return whole > 0 ? seconds(whole) : 0;
}

/** The new images: those that were asked for, else the first image with the tag `simulated`. */
export function imagesFor({ images }: Story, workload: KubeObject): ReadonlyMap<string, string> {
  if (images.size > 0) return images;
  const template = jsonOf(jsonOf(jsonOf(workload["spec"])["template"])["spec"]);
  const { name, image } = jsonOf(listOf(template["containers"])[0]);
  return new Map([[String(name), `${untagged(String(image))}:simulated`]]);
}

/** An image without its tag and digest; a port of the registry stays. */
function untagged(image: string): string {
  const [name = ""] = image.split("@");
  return name.replace(/:[^:/]*$/, "");
}
