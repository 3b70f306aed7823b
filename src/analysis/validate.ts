import { Problem } from "../api/problem.ts";
import { duration } from "../api/time.ts";
import { whole } from "./limits.ts";
import type { Metric } from "./types.ts";

/**
 * Checks the metrics of a run after their arguments were put in. Throws a `Problem` for the first rule that a
 * metric breaks, metric by metric (analysis 1.9.1).
 */
export function checkMetrics(metrics: readonly Metric[]): void {
  if (metrics.length === 0) throw new Problem("no metrics specified");
  const names = metrics.map(({ name }) => name);
  for (const [index, metric] of metrics.entries()) {
    const duplicate = names.indexOf(metric.name) < index ? `duplicate name '${metric.name}'` : undefined;
    const wrong =
      duplicate ?? wrongLimit(metric) ?? wrongCount(metric) ?? wrongTime(metric) ?? wrongProvider(metric);
    if (wrong !== undefined) throw new Problem(`metrics[${index}]: ${wrong}`);
  }
}

function wrongLimit(metric: Metric): string | undefined {
  const successes = whole(metric.consecutiveSuccessLimit);
  const failures = whole(metric.failureLimit);
  if (successes < 0) return "consecutiveSuccessLimit must be >= 0";
  if (failures < -1) return "failureLimit must be >= 0, or -1 to be disabled";
  if (successes === 0 && failures === -1)
    return "failureLimit and consecutiveSuccessLimit cannot both be disabled";
  if (whole(metric.inconclusiveLimit) < 0) return "inconclusiveLimit must be >= 0";
  return whole(metric.consecutiveErrorLimit) < 0 ? "consecutiveErrorLimit must be >= 0" : undefined;
}

function wrongCount(metric: Metric): string | undefined {
  const count = whole(metric.count);
  if (count <= 0) return undefined;
  const successes = whole(metric.consecutiveSuccessLimit);
  const failures = whole(metric.failureLimit);
  if (failures >= 0 && count < failures + successes) {
    const sum = `failureLimit + consecutiveSuccessLimit (${failures} + ${successes})`;
    return `count (${count}) must be >= ${sum} if both >= 0`;
  }
  if (failures === -1 && count < successes) return "count must be >= consecutiveSuccessLimit";
  return count < whole(metric.inconclusiveLimit) ? "count must be >= inconclusiveLimit" : undefined;
}

function wrongTime({ count, interval = "", initialDelay = "" }: Metric): string | undefined {
  if (whole(count) > 1 && interval === "") return "interval must be specified when count > 1";
  return wrongDuration("interval", interval) ?? wrongDuration("startDelay", initialDelay);
}

function wrongDuration(what: string, text: string): string | undefined {
  if (text === "") return undefined;
  try {
    duration(text);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return `invalid ${what} string: ${error.message}`;
    throw error;
  }
}

function wrongProvider({ provider }: Metric): string | undefined {
  const keys = Object.entries(provider).flatMap(([key, value]) => {
    if (value === undefined || value === null) return [];
    return key === "plugin" ? Object.keys(value) : [key];
  });
  if (keys.length === 0) return "no provider specified";
  return keys.length > 1 ? "multiple providers specified" : undefined;
}
