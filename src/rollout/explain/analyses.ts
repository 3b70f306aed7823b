import type { AnalysisRunStatus } from "../../api/analysisStatus.ts";
import type { RunType } from "../../api/labels.ts";
import type { KubeObject } from "../../api/object.ts";
import type { Verdict } from "../verdict.ts";
import type { View } from "../view.ts";
import { timeIn, type Wait, waitFor } from "./wait.ts";

/** The wait for an analysis: what was measured so far. */
export function analysisWait(view: View, verdict: Verdict, type: RunType, next: readonly string[]): Wait {
  const run = verdict.analyses.runs.get(type);
  const object = view.seen.runs.find(({ metadata }) => metadata.name === run?.name);
  const { startedAt } = statusOf(object);
  return waitFor(run === undefined ? "the analysis to start" : `the analysis ${run.name}`, {
    since: timeIn(startedAt ?? object?.metadata.creationTimestamp),
    why: measured(object),
    next: [...next, "an abort when it fails"],
  });
}

/** One line for each metric, and what the run says itself. */
export function measured(run: KubeObject | undefined): readonly string[] {
  const { message = "", metricResults = [] } = statusOf(run);
  const lines = metricResults.map(({ name, phase, message: said = "", ...counts }) => {
    const { successful = 0, failed = 0, inconclusive = 0, error = 0, dryRun = false } = counts;
    const numbers = [
      `${successful} good`,
      `${failed} bad`,
      ...(inconclusive > 0 ? [`${inconclusive} inconclusive`] : []),
      ...(error > 0 ? [`${error} failed to be taken`] : []),
    ].join(", ");
    const dry = dryRun ? ", dry run" : "";
    return `metric ${name}: ${phase}, ${numbers}${dry}${said === "" ? "" : `: ${said}`}`;
  });
  return message === "" ? lines : [message, ...lines];
}

/** What a background analysis that is under way can do. */
export function background({ analyses }: Verdict): readonly string[] {
  const run = analyses.runs.get("Background");
  if (run === undefined || !["", "Pending", "Running"].includes(run.status)) return [];
  return [`an abort when the background analysis ${run.name} fails`];
}

function statusOf(run: KubeObject | undefined): Partial<AnalysisRunStatus> {
  return (run?.["status"] ?? {}) as Partial<AnalysisRunStatus>;
}
