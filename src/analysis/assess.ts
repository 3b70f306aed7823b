import { consecutiveErrorLimit, effectiveCount, whole } from "./limits.ts";
import { isCompleted, isWorse } from "./phases.ts";
import type { Metric, MetricResult, Phase, RunSummary } from "./types.ts";

/** What the results of a run are judged by. */
export interface Judged {
  readonly metrics: readonly Metric[];
  readonly dryRun: ReadonlySet<string>;
  readonly results: readonly MetricResult[];
  /** Whether someone asked the run to end. */
  readonly terminate: boolean;
  /** Whether nothing more is measured, for that reason or because a metric has ended badly. */
  readonly terminating: boolean;
}

/** What the results of a run say. */
export interface Assessment {
  readonly results: readonly MetricResult[];
  readonly phase: Phase;
  readonly message: string;
  readonly runSummary: RunSummary;
  readonly dryRunSummary: RunSummary;
  /** The metrics that ended with this assessment. */
  readonly ended: readonly MetricResult[];
}

interface Limit {
  readonly phase: "Failed" | "Inconclusive" | "Error";
  readonly message: string;
}

type Bucket = "successful" | "failed" | "inconclusive" | "error";

/** Judges every metric and the run by the measurements taken so far (analysis 2.8, 2.9). */
export function assess(judged: Judged): Assessment {
  const assessed = judged.metrics.map((metric) => {
    const before = judged.results.find(({ name }) => name === metric.name);
    const limit = before === undefined ? undefined : exceeded(metric, before);
    const after = before === undefined ? undefined : assessMetric(metric, before, limit, judged.terminating);
    return { metric, dry: judged.dryRun.has(metric.name), before, limit, after };
  });
  const results = judged.results.map(
    (result) => assessed.find(({ before }) => before === result)?.after ?? result,
  );
  const tally = (dry: boolean) => summary(assessed.filter((one) => one.dry === dry));
  return {
    results,
    ...verdict(judged, assessed),
    runSummary: tally(false),
    dryRunSummary: tally(true),
    ended: assessed.flatMap(({ before, after }) =>
      after !== undefined && isCompleted(after.phase) && after.phase !== before?.phase ? [after] : [],
    ),
  };
}

/** One metric with what was found about it. */
interface Assessed {
  readonly metric: Metric;
  readonly dry: boolean;
  readonly limit: Limit | undefined;
  readonly after: MetricResult | undefined;
}

/** The phase of the run and its message; it goes on while a metric has not ended (analysis 2.9). */
function verdict(judged: Judged, assessed: readonly Assessed[]): { phase: Phase; message: string } {
  const going = assessed.filter(({ after }) => !isCompleted(after?.phase));
  const waitedFor = judged.terminating ? going.filter(({ after }) => after !== undefined) : going;
  if (waitedFor.length > 0) return { phase: "Running", message: "" };

  let phase: Phase = "";
  let message = judged.terminate ? "Run Terminated" : "";
  for (const { metric, limit, after } of assessed.filter(({ dry }) => !dry)) {
    if (after === undefined || (phase !== "" && !isWorse(after.phase, phase))) continue;
    phase = after.phase as Phase;
    if (limit !== undefined) message = sentence(metric, after, limit);
  }
  return { phase: phase === "" ? "Successful" : phase, message };
}

function sentence({ name }: Metric, { phase, message = "" }: MetricResult, limit: Limit): string {
  const cause = message === "" ? "" : `: "Error Message: ${message}"`;
  return `Metric "${name}" assessed ${phase} due to ${limit.message}${cause}`;
}

/** The result with its new phase; the message is that of the measurement which brought it about. */
function assessMetric(
  metric: Metric,
  result: MetricResult,
  limit: Limit | undefined,
  terminating: boolean,
): MetricResult {
  const phase = phaseOf(metric, result, limit, terminating);
  const { message: before, ...rest } = result;
  const message = phase === result.phase ? before : result.measurements?.at(-1)?.message;
  const said =
    result.dryRun === true && limit !== undefined && isCompleted(phase)
      ? `Metric assessed ${phase} due to ${limit.message}`
      : message;
  return { ...rest, phase, ...(said !== undefined && said !== "" && { message: said }) };
}

/** The phase of a metric; one that has ended stays so (analysis 2.8). */
function phaseOf(
  metric: Metric,
  result: MetricResult,
  limit: Limit | undefined,
  terminating: boolean,
): Phase {
  const { phase, measurements = [], consecutiveSuccess = 0 } = result;
  const last = measurements.at(-1);
  if (isCompleted(phase)) return phase as Phase;
  if (last === undefined) return terminating ? "Successful" : "Pending";
  if (!isCompleted(last.phase)) return "Running";
  if (limit !== undefined) return limit.phase;
  const enough = whole(metric.consecutiveSuccessLimit);
  if (enough > 0 && consecutiveSuccess >= enough) return "Successful";
  return phaseAtCount(metric, result, enough) ?? (terminating ? "Successful" : "Running");
}

/** The phase once every measurement asked for has been taken. */
function phaseAtCount(metric: Metric, { count = 0 }: MetricResult, enough: number): Phase | undefined {
  const asked = effectiveCount(metric);
  if (asked === undefined || count < asked) return undefined;
  if (enough <= 0) return "Successful";
  return whole(metric.failureLimit) >= 0 ? "Inconclusive" : "Failed";
}

/**
 * The limit that a metric exceeds; of several the error limit counts, then the inconclusive limit (trap 15).
 */
function exceeded(
  metric: Metric,
  { failed = 0, inconclusive = 0, consecutiveError = 0 }: MetricResult,
): Limit | undefined {
  const failures = whole(metric.failureLimit);
  const undecided = whole(metric.inconclusiveLimit);
  const errors = consecutiveErrorLimit(metric);
  if (consecutiveError > errors) {
    const message = `consecutiveErrors (${consecutiveError}) > consecutiveErrorLimit (${errors})`;
    return { phase: "Error", message };
  }
  if (inconclusive > undecided) {
    return {
      phase: "Inconclusive",
      message: `inconclusive (${inconclusive}) > inconclusiveLimit (${undecided})`,
    };
  }
  if (failures >= 0 && failed > failures) {
    return { phase: "Failed", message: `failed (${failed}) > failureLimit (${failures})` };
  }
  return undefined;
}

const buckets: Readonly<Record<Limit["phase"], Bucket>> = {
  Failed: "failed",
  Inconclusive: "inconclusive",
  Error: "error",
};

/** How many metrics there are and how they ended: by the limit they exceed, else as successful. */
function summary(assessed: readonly Assessed[]): RunSummary {
  const counts: Partial<Record<Bucket | "count", number>> = {};
  if (assessed.length > 0) counts.count = assessed.length;
  for (const { limit, after } of assessed) {
    if (after === undefined || !isCompleted(after.phase)) continue;
    const bucket = limit === undefined ? "successful" : buckets[limit.phase];
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}
