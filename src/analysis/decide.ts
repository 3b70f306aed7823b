import { refOf } from "../api/object.ts";
import { earliest, type Instant, instant, rfc3339 } from "../api/time.ts";
import { mergePatch } from "../reconcile/diff.ts";
import type { EventNote } from "../reconcile/effect.ts";
import type { Plan } from "../reconcile/plan.ts";
import { absorbed } from "./absorb.ts";
import { type Assessment, assess } from "./assess.ts";
import { roomFor } from "./brevity.ts";
import { isTerminating, nextFor, waitingEnds, waitingSince } from "./due.ts";
import { isCompleted } from "./phases.ts";
import type { Prepared } from "./prepare.ts";
import { defaultRetention } from "./rules.ts";
import { type RunSnapshot, specOf, statusOf } from "./snapshot.ts";
import { expiryOf } from "./timeToLive.ts";
import type { AnalysisRunStatus, MetricResult, Phase } from "./types.ts";

/**
 * What an AnalysisRun should do next: the measurements that arrived become its status and, in time, its
 * verdict.
 */
export function decide(seen: RunSnapshot, now: Instant): Plan {
  const status = statusOf(seen.run);
  if (isCompleted(status.phase)) return whenCompleted(seen, now);
  if (seen.prepared === undefined) return unmeasurable(seen, status);

  const results = withArrivals(seen, seen.prepared, status.metricResults ?? []);
  const assessment = assessed(seen, seen.prepared, results, now);
  const next = nextStatus(status, assessment, now);
  const events = assessment.ended.map(metricEvent);
  if (isCompleted(next.phase)) events.push(runEvent(assessment.phase));
  return {
    ...write(seen, next, events, seen.arrived.size > 0 || isCompleted(next.phase)),
    requeueAt: requeueAt(seen, seen.prepared, next, now),
  };
}

/** A completed run stays as it is until its time to live is over. */
function whenCompleted({ run }: RunSnapshot, now: Instant): Plan {
  const expiry = expiryOf(specOf(run).ttlStrategy, statusOf(run));
  if (expiry === undefined) return { effects: [] };
  if (now < expiry) return { effects: [], requeueAt: expiry };
  const why = "the time to live of the completed analysis is over";
  const { uid } = run.metadata;
  return { effects: [{ do: "delete", ref: refOf(run), why, ...(uid !== undefined && { ifUid: uid }) }] };
}

/**
 * Arguments or metrics that make no sense end the run at once; it has no times then (analysis 1.9.1, trap
 * 37).
 */
function unmeasurable(seen: RunSnapshot, status: AnalysisRunStatus): Plan {
  const { message: _, ...rest } = status;
  const said = seen.problem === undefined ? {} : { message: seen.problem };
  const next = { ...rest, phase: "Error", ...said, runSummary: status.runSummary ?? {} };
  return write(seen, next, [runEvent("Error")], true);
}

/** The results in the order of the metrics, with what has arrived. */
function withArrivals(
  { arrived }: RunSnapshot,
  { metrics, dryRun, retention }: Prepared,
  results: readonly MetricResult[],
): readonly MetricResult[] {
  const current = metrics.flatMap(({ name }) => {
    const before = results.find((result) => result.name === name);
    const reading = arrived.get(name);
    if (reading === undefined) return before ?? [];
    return absorbed(before, reading, {
      name,
      dryRun: dryRun.has(name),
      limit: retention.get(name) ?? defaultRetention,
      room: roomFor(metrics.length),
    });
  });
  return [...current, ...results.filter(({ name }) => !metrics.some((metric) => metric.name === name))];
}

/**
 * A metric that ends badly ends the others, and with them the run, in the same look. Measurements that were
 * under way beside it are waited for a moment, as they count too.
 */
function assessed(
  { run, pending }: RunSnapshot,
  { metrics, dryRun }: Prepared,
  results: readonly MetricResult[],
  now: Instant,
): Assessment {
  const { terminate = false } = specOf(run);
  const judged = { metrics, dryRun, results, terminate };
  const first = assess({ ...judged, terminating: terminate });
  if (!isTerminating(terminate, first.results)) return first;
  const isWaiting = [...pending.values()].includes("run");
  if (isWaiting && waitingSince(terminate, first.results, now) !== undefined) return first;
  const second = assess({ ...judged, results: first.results, terminating: true });
  return { ...second, ended: [...first.ended, ...second.ended] };
}

/** The status that follows; its message belongs to its phase and changes only with it. */
function nextStatus(status: AnalysisRunStatus, assessment: Assessment, now: Instant): AnalysisRunStatus {
  const { results, phase, runSummary, dryRunSummary } = assessment;
  const { message: before, metricResults: _, ...rest } = status;
  const message = phase === status.phase ? before : assessment.message;
  const completedAt = isCompleted(phase) ? { completedAt: rfc3339(now) } : {};
  return {
    ...rest,
    phase,
    ...(message !== undefined && message !== "" && { message }),
    startedAt: status.startedAt ?? rfc3339(now),
    ...completedAt,
    ...(results.length > 0 && { metricResults: results }),
    runSummary,
    dryRunSummary,
  };
}

/** The first instant at which a metric has something to do that no reading under way does already. */
function requeueAt(
  { run, pending }: RunSnapshot,
  { metrics }: Prepared,
  next: AnalysisRunStatus,
  now: Instant,
): Instant | undefined {
  if (isCompleted(next.phase)) return undefined;
  const results = next.metricResults ?? [];
  const { terminate } = specOf(run);
  const waitsForDueBy = waitingSince(terminate, results, now);
  const timing = {
    startedAt: instant(next.startedAt ?? ""),
    terminating: isTerminating(terminate, results),
    waitsForDueBy,
    now,
  };
  const waits = metrics.map((metric) => {
    const result = results.find(({ name }) => name === metric.name);
    const todo = nextFor(metric, result, timing);
    return todo === undefined || pending.has(todo.id) ? undefined : todo.from;
  });
  return earliest(...waits, waitsForDueBy && waitingEnds(waitsForDueBy));
}

function write(
  { run }: RunSnapshot,
  next: AnalysisRunStatus,
  events: readonly EventNote[],
  urgent: boolean,
): Plan {
  const patch = mergePatch(statusOf(run), next);
  const version = run.metadata.resourceVersion ?? "";
  return { effects: [], status: { ref: refOf(run), version, patch, urgent, events } };
}

function metricEvent({ name, phase }: MetricResult): EventNote {
  return {
    type: eventType(phase),
    reason: `Metric${phase}`,
    message: `Metric '${name}' Completed. Result: ${phase}`,
  };
}

function runEvent(phase: Phase): EventNote {
  return {
    type: eventType(phase),
    reason: `AnalysisRun${phase}`,
    message: `Analysis Completed. Result: ${phase}`,
  };
}

function eventType(phase: string): EventNote["type"] {
  return phase === "Failed" || phase === "Error" ? "Warning" : "Normal";
}
