import { duration, type Instant, instant, justAfter, later, type Millis, seconds } from "../api/time.ts";
import { effectiveCount } from "./limits.ts";
import { endsTheRun, isCompleted } from "./phases.ts";
import type { Measurement, Metric, MetricResult } from "./types.ts";

/**
 * The time after which an error is measured again, and after any measurement of a metric without interval.
 */
const retryInterval = seconds(10);

/**
 * How long a run that a metric has ended badly waits for what was under way then: measurements that began
 * together are judged together, and one that hangs holds nobody up.
 */
const patience = seconds(2);

/** What is so late has missed its moment. */
const longAgo = seconds(2);

/** What is to be done next for a metric, and from which instant on. */
export interface Next {
  readonly do: "run" | "resume" | "terminate";
  readonly from: Instant;
  /** The reading that does it; another measurement has another one. */
  readonly id: string;
}

/** A run as far as its timing is concerned. */
export interface Timing {
  readonly startedAt: Instant | undefined;
  readonly terminating: boolean;
  /** What was due by then is still waited for, though the run is terminating. */
  readonly waitsForDueBy?: Instant | undefined;
  readonly now: Instant;
}

/**
 * Whether a run measures nothing more: it is asked to end, or a metric that counts has ended badly (analysis
 * 2.5).
 */
export function isTerminating(terminate: boolean | undefined, results: readonly MetricResult[]): boolean {
  return terminate === true || results.some(({ phase, dryRun }) => dryRun !== true && endsTheRun(phase));
}

/**
 * When a metric that counts ended the run badly, as long as readings that were under way then are waited for;
 * a run that is asked to end waits for none.
 */
export function waitingSince(
  terminate: boolean | undefined,
  results: readonly MetricResult[],
  now: Instant,
): Instant | undefined {
  if (terminate === true) return undefined;
  const ends = results
    .filter(({ phase, dryRun }) => dryRun !== true && endsTheRun(phase))
    .map(({ measurements }) => Date.parse(measurements?.at(-1)?.finishedAt ?? ""));
  const last = Math.max(...ends.filter(Number.isFinite)) as Instant;
  return now < waitingEnds(last) ? last : undefined;
}

/** When a run that was ended badly at an instant waits for nothing any more. */
export function waitingEnds(since: Instant): Instant {
  return later(since, patience);
}

/**
 * What is to be done next for a metric, undefined when nothing is. Instants are those of the first look that
 * may act: an interval must be over, a delay and `resumeAt` must have come (analysis 2.5, 2.10).
 */
export function nextFor(metric: Metric, result: MetricResult | undefined, timing: Timing): Next | undefined {
  if (isCompleted(result?.phase)) return undefined;
  const last = result?.measurements?.at(-1);
  const number = measurementNumber(result);
  if (last !== undefined && last.finishedAt === undefined) return nextLook(metric, last, number, timing);
  const next = nextRun(metric, result, last, timing);
  if (!timing.terminating || next === undefined) return next;
  const { waitsForDueBy: latest } = timing;
  return latest !== undefined && next.from <= later(latest, seconds(1)) ? next : undefined;
}

/** The next measurement of a metric that has none under way. */
function nextRun(
  metric: Metric,
  result: MetricResult | undefined,
  last: Measurement | undefined,
  timing: Timing,
): Next | undefined {
  const number = measurementNumber(result);
  if (last === undefined) return { do: "run", from: firstAt(metric, timing), id: `${metric.name} ${number}` };

  const count = effectiveCount(metric);
  if (count !== undefined && (result?.count ?? 0) >= count) return undefined;
  const finishedAt = instant(last.finishedAt ?? "");
  const from = justAfter(later(finishedAt, pauseAfter(metric, last)));
  return { do: "run", from, id: `${metric.name} ${number} after ${last.finishedAt}` };
}

/**
 * Whether nobody counts on the moment of what is due: the first measurement of a metric, or one whose time
 * has passed long ago, because nobody was there to take it.
 */
export function isAtLeisure(next: Next, result: MetricResult | undefined, now: Instant): boolean {
  if (next.do !== "run") return false;
  return result?.measurements?.at(-1) === undefined || later(next.from, longAgo) <= now;
}

/** Which measurement of its metric, counted from 1, is under way or comes next: errors are counted here. */
export function measurementNumber(result: MetricResult | undefined): number {
  return (result?.count ?? 0) + (result?.error ?? 0) + 1;
}

function nextLook({ name }: Metric, last: Measurement, number: number, { terminating, now }: Timing): Next {
  if (terminating) return { do: "terminate", from: now, id: `${name} ${number} end` };
  const from = last.resumeAt === undefined ? now : instant(last.resumeAt);
  return { do: "resume", from, id: `${name} ${number} at ${last.resumeAt ?? ""}` };
}

/** A delay counts from the start of the run, which is known from its second look on. */
function firstAt({ initialDelay = "" }: Metric, { startedAt, now }: Timing): Instant {
  if (initialDelay === "") return startedAt ?? now;
  const delay = duration(initialDelay);
  if (startedAt !== undefined) return later(startedAt, delay);
  return Math.max(later(now, delay), justAfter(now)) as Instant;
}

function pauseAfter(metric: Metric, last: Measurement): Millis {
  const { interval = "" } = metric;
  if (last.phase === "Error" || interval === "") return retryInterval;
  const span = duration(interval);
  return isHeld(last) ? (Math.max(span, seconds(1)) as Millis) : span;
}

/** Whether a measurement had no data and is only repeated for that reason: it counts nowhere. */
export function isHeld(measurement: Measurement): boolean {
  return measurement.metadata?.["noData"] === "hold";
}
