import { messageOf } from "../api/problem.ts";
import { redacted, redactedTexts } from "../api/redact.ts";
import type { Instant } from "../api/time.ts";
import type { Measure, Measured, MeasureRequest } from "../reconcile/measure.ts";
import {
  type CloudWatchRecord,
  cloudWatch,
  compile,
  decoded,
  evaluateLoosely,
  floats,
  outcomeOf,
  type Value,
} from "./expression/index.ts";
import { whole } from "./limits.ts";
import { isNoData, phaseWithoutData, policyOf, sampleCount } from "./noData.ts";
import type { Metric, Phase } from "./types.ts";

/** What a reading found, judged and free of secrets: what the next status says about the measurement. */
export interface Finding {
  readonly phase: Phase;
  readonly value?: string | undefined;
  readonly message?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** When to look again at a measurement that is under way. */
  readonly resumeAt?: Instant | undefined;
  /** What was really asked: kept with the metric when this is its first measurement. */
  readonly about?: Readonly<Record<string, string>> | undefined;
  /** Set when there was no data, or too little, and the metric says what that counts as. */
  readonly noData?: { readonly held: boolean; readonly what: string } | undefined;
}

/** What the status says of a measurement that was under way when its run ended. */
const terminated = "Metric Terminated";

/** A measurement to take. */
export interface Taking {
  readonly measure: Measure;
  readonly request: MeasureRequest;
  /** The values that must not be seen anywhere. */
  readonly secrets: readonly string[];
  /** How many measurements the provider keeps; given when one more than these comes now. */
  readonly collect?: number | undefined;
}

/**
 * Asks the provider and judges its answer. Never rejects: what fails is an `Error` measurement (analysis
 * 2.6).
 */
export async function takeMeasurement(taking: Taking, signal: AbortSignal): Promise<Finding> {
  return hidden(await attempt(() => judgedAnswer(taking, signal)), taking.secrets);
}

async function judgedAnswer({ measure, request, collect }: Taking, signal: AbortSignal): Promise<Finding> {
  const measured = await measure(request, signal);
  if (collect !== undefined) await measure({ ...request, task: { do: "collect", limit: collect } }, signal);
  const lacking = await lackOf(measure, request, measured, signal);
  const finding =
    lacking === undefined ? judged(measured, request) : withoutData(request.metric, measured, lacking);
  return { ...finding, metadata: measured.metadata, about: measured.about };
}

async function attempt(work: () => Promise<Finding>): Promise<Finding> {
  try {
    return await work();
  } catch (error) {
    return { phase: "Error", message: messageOf(error) };
  }
}

/** The answer as a measurement: its conditions decide over a value. */
function judged(measured: Measured, { metric, task, now }: MeasureRequest): Finding {
  switch (measured.is) {
    case "running":
      if (task.do === "terminate") return { phase: "Inconclusive", message: terminated };
      return { phase: "Running", resumeAt: measured.resumeAt };
    case "error":
      return { phase: "Error", message: measured.message };
    case "verdict": {
      const overridden = task.do === "terminate" && measured.phase !== "Failed";
      const message = overridden ? terminated : measured.message;
      return { phase: measured.phase, value: measured.text, message };
    }
    case "value": {
      const { successCondition, failureCondition } = metric;
      const result = typed(measured);
      const { phase, message } = outcomeOf({ result, successCondition, failureCondition, now });
      const shown = phase !== "Error" || measured.shownAlways === true;
      return { phase, message, ...(shown && { value: measured.text }) };
    }
  }
}

/** The value with the type that conditions are checked against (analysis 3.4). */
function typed({ value, records }: Extract<Measured, { is: "value" }>): Value {
  if (records === true) return cloudWatch(value as readonly CloudWatchRecord[]);
  return value instanceof Float64Array ? floats(value) : decoded(value);
}

/** What there is too little of, in words; undefined when there is enough, or the metric does not care. */
async function lackOf(
  measure: Measure,
  request: MeasureRequest,
  measured: Measured,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { metric } = request;
  if (measured.is !== "value" || policyOf(metric) === undefined) return undefined;
  if (isNoData(measured.value)) return "no data";
  if (metric.minSamples === undefined) return undefined;
  const least = whole(metric.minSamples.count);
  const samples = await samplesOf(measure, request, measured.value, signal);
  return samples < least ? `only ${samples} of ${least} samples` : undefined;
}

async function samplesOf(
  measure: Measure,
  request: MeasureRequest,
  result: unknown,
  signal: AbortSignal,
): Promise<number> {
  const { query, expression } = request.metric.minSamples ?? {};
  if (query !== undefined) {
    const asked = await measure({ ...request, metric: asking(request.metric, query) }, signal);
    if (asked.is === "error") throw new Error(asked.message);
    return asked.is === "value" ? sampleCount(asked.value) : 0;
  }
  if (expression === undefined)
    return Array.isArray(result) || result instanceof Float64Array ? result.length : 1;
  return sampleCount(evaluateLoosely(compile(expression), new Map([["result", result]]), request.now));
}

/** The same metric with another query. */
function asking(metric: Metric, query: string): Metric {
  const provider = Object.fromEntries(
    Object.entries(metric.provider).map(([key, spec]) => [key, { ...(spec as object), query }]),
  );
  return { ...metric, provider };
}

function withoutData(metric: Metric, measured: Measured, what: string): Finding {
  const policy = policyOf(metric) ?? "error";
  const value = measured.is === "value" ? measured.text : undefined;
  return { phase: phaseWithoutData[policy], value, noData: { held: policy === "hold", what } };
}

/** The finding without secrets in any of its texts (analysis 2.4, trap 35). */
function hidden(finding: Finding, secrets: readonly string[]): Finding {
  if (secrets.length === 0) return finding;
  const text = (from: string | undefined) => (from === undefined ? undefined : redacted(from, secrets));
  const texts = (from: Readonly<Record<string, string>> | undefined) => from && redactedTexts(from, secrets);
  return {
    ...finding,
    value: text(finding.value),
    message: text(finding.message),
    metadata: texts(finding.metadata),
    about: texts(finding.about),
  };
}
