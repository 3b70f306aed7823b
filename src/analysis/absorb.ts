import { type Instant, instant, later, rfc3339, seconds } from "../api/time.ts";
import { brief } from "./brevity.ts";
import { isHeld } from "./due.ts";
import type { Finding } from "./measurement.ts";
import { isCompleted } from "./phases.ts";
import type { Measurement, MetricResult } from "./types.ts";

/** A reading of a metric that has arrived. */
export interface Arrived {
  readonly finding: Finding;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
}

/** How the result of a metric is kept. */
export interface Keeping {
  readonly name: string;
  readonly dryRun: boolean;
  /** How many measurements are kept; what they counted stays counted (analysis 2.11). */
  readonly limit: number;
  /** How many characters their texts may have together. */
  readonly room: number;
}

/**
 * The result of a metric with one more measurement, or with the one under way taken further (analysis 2.6).
 */
export function absorbed(before: MetricResult | undefined, arrived: Arrived, keeping: Keeping): MetricResult {
  const result = before ?? begun(arrived.finding, keeping);
  const { measurements = [] } = result;
  const last = measurements.at(-1);
  const inFlight = last !== undefined && last.finishedAt === undefined ? last : undefined;
  const measurement = measured(arrived, inFlight, last);
  const others = inFlight === undefined ? measurements : measurements.slice(0, -1);
  const counted =
    isCompleted(measurement.phase) && !isHeld(measurement) ? tallied(result, measurement.phase) : result;
  const kept = [...others, measurement].slice(-keeping.limit);
  return { ...counted, measurements: brief(kept, keeping.room) };
}

function begun({ about }: Finding, { name, dryRun }: Keeping): MetricResult {
  const said = about !== undefined && Object.keys(about).length > 0;
  return { name, phase: "Running", ...(dryRun && { dryRun }), ...(said && { metadata: about }) };
}

function measured(
  arrived: Arrived,
  inFlight: Measurement | undefined,
  last: Measurement | undefined,
): Measurement {
  const { finding, finishedAt } = arrived;
  const startedAt = inFlight?.startedAt ?? rfc3339(arrived.startedAt);
  const done = isCompleted(finding.phase);
  const noData = noDataOf(finding, startedAt, last);
  const message =
    noData === undefined ? finding.message : `${finding.noData?.what} since ${noData["noDataSince"]}`;
  const metadata = { ...inFlight?.metadata, ...finding.metadata, ...noData };
  const resumeAt = done ? undefined : resumption(finding.resumeAt ?? finishedAt, inFlight);
  return {
    phase: finding.phase,
    ...(message !== undefined && message !== "" && { message }),
    startedAt,
    ...(done && { finishedAt: rfc3339(finishedAt) }),
    ...(finding.value !== undefined && finding.value !== "" && { value: finding.value }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(resumeAt !== undefined && { resumeAt }),
  };
}

/**
 * Each look at a measurement under way is later than the one before, in whole seconds: that is how it is
 * stored.
 */
function resumption(wanted: Instant, inFlight: Measurement | undefined): string {
  const text = rfc3339(wanted);
  const before = inFlight?.resumeAt;
  return before !== undefined && text <= before ? rfc3339(later(instant(before), seconds(1))) : text;
}

/** Since when there is no data: taken over from the measurement before, if that had none either. */
function noDataOf(
  finding: Finding,
  startedAt: string,
  last: Measurement | undefined,
): Record<string, string> | undefined {
  if (finding.noData === undefined) return undefined;
  const noDataSince = last?.metadata?.["noDataSince"] ?? startedAt;
  return finding.noData.held ? { noData: "hold", noDataSince } : { noDataSince };
}

/** The counters after one more measurement; those that are zero are left out. */
function tallied(result: MetricResult, phase: string): MetricResult {
  const { consecutiveError = 0, consecutiveSuccess = 0, ...rest } = result;
  const { successful = 0, failed = 0, inconclusive = 0, error = 0, count = 0 } = rest;
  const errors = phase === "Error" ? consecutiveError + 1 : 0;
  const successes = phase === "Successful" ? consecutiveSuccess + 1 : 0;
  return {
    ...rest,
    ...(phase === "Successful" && { successful: successful + 1 }),
    ...(phase === "Failed" && { failed: failed + 1 }),
    ...(phase === "Inconclusive" && { inconclusive: inconclusive + 1 }),
    ...(phase === "Error" ? { error: error + 1 } : { count: count + 1 }),
    ...(errors > 0 && { consecutiveError: errors }),
    ...(successes > 0 && { consecutiveSuccess: successes }),
  };
}
