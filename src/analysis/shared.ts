import type { KubeObject } from "../api/object.ts";
import { isSame } from "../reconcile/diff.ts";
import { statusOf } from "./snapshot.ts";
import type { Measurement, MetricResult } from "./types.ts";

/**
 * A run as the cache keeps it: it says the same, but shares with the state before what has not changed, its
 * spec and all measurements but the newest. A run that measures for days changes every few seconds; only what
 * is new has to be kept then.
 */
export function sharedRun(object: KubeObject, known?: KubeObject): KubeObject {
  const old = known?.metadata.uid === object.metadata.uid ? known : undefined;
  const { metricResults, ...status } = statusOf(object);
  if (old === undefined && metricResults === undefined) return object;
  const before = old === undefined ? [] : (statusOf(old).metricResults ?? []);
  const spec = old !== undefined && isSame(object["spec"], old["spec"]) ? old["spec"] : object["spec"];
  if (metricResults === undefined) return { ...object, spec };
  const results = metricResults.map((result) =>
    sharedResult(
      result,
      before.find(({ name }) => name === result.name),
    ),
  );
  return { ...object, spec, status: { ...status, metricResults: results } };
}

function sharedResult(result: MetricResult, old: MetricResult | undefined): MetricResult {
  const { measurements } = result;
  if (measurements === undefined) return result;
  const known = old?.measurements ?? [];
  const [first] = measurements;
  const start = Math.max(0, first === undefined ? 0 : known.findIndex((one) => isEqual(one, first)));
  const shared = measurements.map((measurement, index) => {
    const same = known[start + index];
    return same !== undefined && isEqual(same, measurement) ? same : withCommonTexts(measurement);
  });
  return { ...result, measurements: shared };
}

/** The measurement with the texts that it shares with others: its phase, and times of the same second. */
function withCommonTexts(measurement: Measurement): Measurement {
  const { phase, startedAt, finishedAt } = measurement;
  return {
    ...measurement,
    phase: common(phase),
    ...(startedAt !== undefined && { startedAt: common(startedAt) }),
    ...(finishedAt !== undefined && { finishedAt: common(finishedAt) }),
  };
}

/** The texts that were met last: a parser makes a new one of each that it reads. */
const texts = new Map<string, string>();

function common(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size === 1_000) texts.clear();
  texts.set(text, text);
  return text;
}

function isEqual(one: Measurement, other: Measurement): boolean {
  return one.startedAt === other.startedAt && isSame(one, other);
}
