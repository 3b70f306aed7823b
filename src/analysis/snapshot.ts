import type { KubeObject } from "../api/object.ts";
import type { Arrived } from "./absorb.ts";
import type { Next } from "./due.ts";
import type { Prepared } from "./prepare.ts";
import type { AnalysisRunSpec, AnalysisRunStatus } from "./types.ts";

/** What a decision about a run is made from. No secret is in it. */
export interface RunSnapshot {
  readonly run: KubeObject;
  /** Missing when the run has ended, or cannot be measured. */
  readonly prepared?: Prepared | undefined;
  /** Why it cannot be measured. */
  readonly problem?: string | undefined;
  /** The readings that have arrived, by metric. */
  readonly arrived: ReadonlyMap<string, Arrived>;
  /** What the readings that are under way do, by their ids. */
  readonly pending: ReadonlyMap<string, Next["do"]>;
}

/** The spec of an AnalysisRun, as the API server has it. */
export function specOf(run: KubeObject): AnalysisRunSpec {
  return (run["spec"] ?? { metrics: [] }) as AnalysisRunSpec;
}

/** The status of an AnalysisRun; empty before its first look. */
export function statusOf(run: KubeObject): AnalysisRunStatus {
  return (run["status"] ?? {}) as AnalysisRunStatus;
}
