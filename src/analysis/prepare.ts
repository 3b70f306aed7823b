import { Problem } from "../api/problem.ts";
import { argumentValues, substituted } from "./args.ts";
import { dryRunNames, retentionLimits } from "./rules.ts";
import type { AnalysisRunSpec, Metric } from "./types.ts";
import { checkMetrics } from "./validate.ts";

/** The spec of a run, ready to be measured. */
export interface Prepared {
  /** The metrics with their arguments put in; a stand-in takes the place of every secret. */
  readonly metrics: readonly Metric[];
  /** The names of the metrics that do not count. */
  readonly dryRun: ReadonlySet<string>;
  /** How many measurements of each metric are kept. */
  readonly retention: ReadonlyMap<string, number>;
}

/** Puts the arguments in and checks the result. Throws the `Problem` that ends the run (analysis 2.2). */
export function prepared(spec: AnalysisRunSpec): Prepared {
  const metrics = explained("Unable to resolve metric arguments", () => {
    const { metrics: written = [], args = [] } = spec;
    if (written.length === 0) return []; // nobody asks for the arguments
    const values = argumentValues(args);
    return written.map((metric) => substituted(metric, values));
  });
  return explained("Analysis spec invalid", () => {
    checkMetrics(metrics);
    const names = metrics.map(({ name }) => name);
    return {
      metrics,
      dryRun: dryRunNames(spec.dryRun ?? [], names),
      retention: retentionLimits(spec.measurementRetention ?? [], names),
    };
  });
}

function explained<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof Problem ? new Problem(`${what}: ${error.message}`) : error;
  }
}
