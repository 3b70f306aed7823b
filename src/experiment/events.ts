import type { ExperimentStatus } from "../api/experiment.ts";
import type { EventNote } from "../reconcile/effect.ts";
import { type ExperimentView, runStatusIn, templateStatusIn } from "./view.ts";

/**
 * The events that follow from a change of the status. Those about analyses are told about the Rollout too,
 * always as warnings (analysis 7.4, trap 70).
 */
export function eventsFor(
  { status: old, seen }: ExperimentView,
  next: ExperimentStatus,
): readonly EventNote[] {
  const templates = (next.templateStatuses ?? []).flatMap((one) => {
    const before = templateStatusIn(old, one.name)?.status;
    return transition(`Template '${one.name}'`, "Template", before, one.status, one.message);
  });
  const analyses = (next.analysisRuns ?? []).flatMap((one) => {
    const before = runStatusIn(old, one.name)?.phase;
    return transition(`AnalysisRun '${one.name}'`, "AnalysisRun", before, one.phase, one.message);
  });
  const { rollout } = seen;
  const mirrored = analyses.flatMap((note): readonly EventNote[] =>
    rollout === undefined ? [note] : [note, { ...note, type: "Warning", on: rollout }],
  );
  return [...templates, ...mirrored, ...transition("Experiment", "Experiment", old.phase, next.phase)];
}

function transition(
  what: string,
  reason: string,
  from: string | undefined,
  to: string | undefined,
  message = "",
): readonly EventNote[] {
  if (to === undefined || to === from) return [];
  const isBad = ["Failed", "Error", "Inconclusive"].includes(to);
  const detail = message === "" ? "" : `: ${message}`;
  return [
    {
      type: isBad ? "Warning" : "Normal",
      reason: `${reason}${to}`,
      message: `${what} transitioned from ${from ?? ""} -> ${to}${detail}`,
    },
  ];
}
