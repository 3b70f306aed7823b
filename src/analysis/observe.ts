import type { KindRef, KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { type Instant, instant } from "../api/time.ts";
import { keyParts } from "../reconcile/kind.ts";
import type { Measure, MeasureTask } from "../reconcile/measure.ts";
import { type Ports, type Reading, read } from "../reconcile/ports.ts";
import type { Arrived } from "./absorb.ts";
import { argumentValues, substituted } from "./args.ts";
import { isAtLeisure, isTerminating, measurementNumber, type Next, nextFor, waitingSince } from "./due.ts";
import { evaluateTime } from "./expression/index.ts";
import { withSecretVariables } from "./jobSecrets.ts";
import { type Finding, takeMeasurement } from "./measurement.ts";
import { endsTheRun, isCompleted } from "./phases.ts";
import { poolOf } from "./pool.ts";
import { type Prepared, prepared } from "./prepare.ts";
import { defaultRetention } from "./rules.ts";
import { secretValues } from "./secrets.ts";
import { type RunSnapshot, specOf, statusOf } from "./snapshot.ts";
import type { Metric, MetricResult } from "./types.ts";

const jobKind: KindRef = { apiVersion: "batch/v1", kind: "Job" };

/** What is read of a Job in the cache. */
interface JobStatus {
  readonly conditions?: readonly { readonly type: string }[];
}

const none = { arrived: new Map<string, Arrived>(), pending: new Map<string, Next["do"]>() };

/**
 * Reads a run and takes what its measurements found; those that are due are started, and nobody waits for
 * them. Undefined when the run is gone or going. Values of secrets stay inside the readings.
 */
export async function observe(key: string, ports: Ports, measure: Measure): Promise<RunSnapshot | undefined> {
  const run = await read(ports, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    ...keyParts(key),
  });
  const gone = run === undefined || run.metadata.deletionTimestamp !== undefined;
  if (gone || isCompleted(statusOf(run).phase)) {
    ports.readings.keep(key, new Set());
    return gone ? undefined : { run, ...none };
  }
  try {
    const ready = prepared(specOf(run));
    const secrets = await secretsOf(run, ports);
    return { run, prepared: ready, ...takeReadings({ key, run, ready, secrets, ports, measure }) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    ports.readings.keep(key, new Set());
    return { run, problem: error.message, ...none };
  }
}

async function secretsOf(run: KubeObject, ports: Ports): Promise<ReadonlyMap<string, string>> {
  try {
    return await secretValues(ports.client, run.metadata.namespace ?? "", specOf(run).args ?? []);
  } catch (error) {
    throw error instanceof Problem
      ? new Problem(`Unable to resolve metric arguments: ${error.message}`)
      : error;
  }
}

/** A run being looked at. */
interface Look {
  readonly key: string;
  readonly run: KubeObject;
  readonly ready: Prepared;
  readonly secrets: ReadonlyMap<string, string>;
  readonly ports: Ports;
  readonly measure: Measure;
}

function takeReadings(look: Look): Pick<RunSnapshot, "arrived" | "pending"> {
  const { run, ready, ports, key } = look;
  const { metricResults = [], startedAt } = statusOf(run);
  const now = ports.clock.now();
  const { terminate } = specOf(run);
  const timing = {
    startedAt: startedAt === undefined ? undefined : instant(startedAt),
    terminating: isTerminating(terminate, metricResults),
    waitsForDueBy: waitingSince(terminate, metricResults, now),
    now,
  };
  const arrived = new Map<string, Arrived>();
  const pending = new Map<string, Next["do"]>();
  const asked = new Set<string>();
  for (const [index, metric] of ready.metrics.entries()) {
    const result = metricResults.find(({ name }) => name === metric.name);
    const next = nextFor(metric, result, timing);
    if (next === undefined || (next.from > now && !hasEnded(ports, result))) continue;
    asked.add(next.id);
    const how = { pool: poolOf(metric), atLeisure: isAtLeisure(next, result, now) };
    const reading = ports.readings.take(key, next.id, how, (signal) =>
      start(look, { index, metric, next, result }, signal),
    );
    if (reading === undefined) pending.set(next.id, next.do);
    else arrived.set(metric.name, arrivedOf(reading));
  }
  ports.readings.keep(key, asked);
  return { arrived, pending };
}

/** Whether the Job of a measurement under way has ended: then it is looked at before its time. */
function hasEnded({ cache }: Ports, result: MetricResult | undefined): boolean {
  const last = result?.measurements?.at(-1);
  const { "job-name": name, "job-namespace": namespace } = last?.metadata ?? {};
  const isUnderWay = last !== undefined && last.finishedAt === undefined;
  if (!isUnderWay || name === undefined || namespace === undefined || !cache.watches(jobKind)) return false;
  const { conditions } = (cache.get({ ...jobKind, namespace, name })?.["status"] ?? {}) as JobStatus;
  return conditions?.some(({ type }) => type === "Complete" || type === "Failed") ?? false;
}

/** A metric that is due. */
interface DueMetric {
  readonly index: number;
  readonly metric: Metric;
  readonly next: Next;
  readonly result: MetricResult | undefined;
}

async function start(
  { run, ready, secrets, ports, measure }: Look,
  due: DueMetric,
  signal: AbortSignal,
): Promise<Finding> {
  const spec = specOf(run);
  const { name, namespace = "", uid = "" } = run.metadata;
  const { startedAt } = statusOf(run);
  const { args = [] } = spec;
  const now: Instant = ports.clock.now();
  const written = spec.metrics[due.index] ?? due.metric;
  const limit = ready.retention.get(due.metric.name) ?? defaultRetention;
  const isOver = due.next.do === "run" && (due.result?.measurements?.length ?? 0) >= limit;
  return takeMeasurement(
    {
      measure,
      request: {
        run: { namespace, name, uid, startedAt: startedAt === undefined ? undefined : instant(startedAt) },
        metric: substituted(withSecretVariables(written, args), argumentValues(args, secrets)),
        task: taskOf(due),
        now,
        timeOf: (expression) => evaluateTime(expression, now),
      },
      secrets: [...secrets.values()],
      collect: isOver ? limit : undefined,
    },
    signal,
  );
}

function taskOf({ next, result }: DueMetric): MeasureTask {
  const last = result?.measurements?.at(-1);
  const metadata = last?.metadata ?? {};
  switch (next.do) {
    case "run":
      return { do: "run", number: measurementNumber(result) };
    case "resume":
      return { do: "resume", startedAt: instant(last?.startedAt ?? ""), metadata };
    case "terminate":
      return { do: "terminate", metadata };
  }
}

/** Whether a reading speaks against the release: then its run is looked at before others. */
export function isUrgent(reading: Reading): boolean {
  return endsTheRun(arrivedOf(reading).finding.phase);
}

function arrivedOf(reading: Reading): Arrived {
  const { startedAt, finishedAt } = reading;
  const finding: Finding =
    reading.is === "value" ? (reading.value as Finding) : { phase: "Error", message: reading.message };
  return { finding, startedAt, finishedAt };
}
