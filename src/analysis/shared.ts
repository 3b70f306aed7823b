import type { KubeObject } from "../api/object.ts";
import { isSame } from "../reconcile/diff.ts";
import { statusOf } from "./snapshot.ts";
import type { Measurement, MetricResult } from "./types.ts";

/**
 * A run as the cache keeps it: it says the same, but shares with the state before what has not changed, its
 * spec and all measurements but the newest. A run that measures for days changes every few seconds; only what
 * is new has to be kept then.
 */
export function sharedRun(object: KubeObject, old?: KubeObject): KubeObject {
  if (old === undefined || object.metadata.uid !== old.metadata.uid) return object;
  const { metricResults, ...status } = statusOf(object);
  const { metricResults: before = [] } = statusOf(old);
  const spec = isSame(object["spec"], old["spec"]) ? old["spec"] : object["spec"];
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
  const known = old?.measurements ?? [];
  if (measurements === undefined || known.length === 0) return result;
  const [first] = measurements;
  const start = Math.max(0, first === undefined ? 0 : known.findIndex((one) => isEqual(one, first)));
  const shared = measurements.map((measurement, index) => {
    const same = known[start + index];
    return same !== undefined && isEqual(same, measurement) ? same : measurement;
  });
  return { ...result, measurements: shared };
}

function isEqual(one: Measurement, other: Measurement): boolean {
  return one.startedAt === other.startedAt && isSame(one, other);
}
