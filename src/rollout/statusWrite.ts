import { refOf } from "../api/object.ts";
import { conditionOf } from "../reconcile/conditions.ts";
import { mergePatch } from "../reconcile/diff.ts";
import type { EventNote } from "../reconcile/effect.ts";
import type { StatusWrite } from "../reconcile/plan.ts";
import { revisionFor } from "./maintenance.ts";
import type { Move } from "./move.ts";
import { podsFailingEvents } from "./podsFailing.ts";
import { abortMessage } from "./progressing.ts";
import { isUrgent, type Status } from "./status.ts";
import { stepText } from "./steps/index.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import { weightEvent } from "./weight.ts";

/** The write of a status with these events, and nothing else (rollout-core 5: only what differs). */
export function plainWrite({ seen, status }: View, next: Status, events: readonly EventNote[]): StatusWrite {
  return {
    ref: refOf(seen.object),
    version: seen.object.metadata.resourceVersion ?? "",
    subresource: "status",
    patch: mergePatch(status, next),
    urgent: isUrgent(status, next),
    events,
  };
}

/** What the events of a status are told from. */
interface Told {
  readonly move: Move;
  readonly verdict: Verdict;
  /** Events of this look that belong to no request. */
  readonly more: readonly EventNote[];
}

/** The write of the next status with all events that follow from the change (rollout-core 8). */
export function statusWrite(view: View, next: Status, { move, verdict, more }: Told): StatusWrite {
  return plainWrite(view, next, [
    ...verdict.analyses.events,
    ...verdict.experiment.events,
    ...[weightEvent(view.status.canary?.weights, next.canary?.weights) ?? []].flat(),
    ...stepEvents(view, move),
    ...completionEvents(view, next),
    ...more,
    ...promotionEvents(view, move),
    ...podsFailingEvents(view, next),
    ...abortEvents(view, next, verdict),
    ...pauseEvents(view, next),
  ]);
}

function note(reason: string, message: string, type: EventNote["type"] = "Normal"): EventNote {
  return { type, reason, message };
}

function stepEvents({ steps }: View, { skip, completed }: Move): readonly EventNote[] {
  const skipped = skip === undefined ? [] : [note("SkipSteps", skip)];
  const step = completed === undefined ? undefined : steps[completed];
  if (step === undefined || completed === undefined) return skipped;
  const text = `Rollout step ${completed + 1}/${steps.length} completed (${stepText(step)})`;
  return [...skipped, note("RolloutStepCompleted", text)];
}

function promotionEvents({ status, hash, revision }: View, { promote }: Move): readonly EventNote[] {
  if (promote === undefined || status.stableRS === hash) return [];
  return [note("RolloutCompleted", `Rollout completed update to revision ${revision} (${hash}): ${promote}`)];
}

function abortEvents({ status, revision }: View, next: Status, verdict: Verdict): readonly EventNote[] {
  const shown = (of: Status) => conditionOf(of.conditions, "Progressing")?.reason === "RolloutAborted";
  if (!shown(next) || shown(status)) return [];
  const early = verdict.timedOut ? [note("RolloutAborted", verdict.detail ?? "", "Warning")] : [];
  return [...early, note("RolloutAborted", abortMessage(revision, verdict.detail), "Warning")];
}

/** The revision is that of the update, also where the Rollout is only just given it (an undo). */
function completionEvents(view: View, next: Status): readonly EventNote[] {
  const { status, hash } = view;
  const said = (of: Status) => conditionOf(of.conditions, "Completed")?.status;
  if (said(next) !== "False" || said(status) === "False") return [];
  return [
    note(
      "RolloutNotCompleted",
      `Rollout not completed, started update to revision ${revisionFor(view)} (${hash})`,
    ),
  ];
}

function pauseEvents({ status }: View, next: Status): readonly EventNote[] {
  const before = status.pauseConditions ?? [];
  const [first] = next.pauseConditions ?? [];
  if (before.length === 0 && first !== undefined)
    return [note("RolloutPaused", `Rollout is paused (${first.reason})`)];
  const resumed = before.length > 0 && first === undefined && next.abort !== true;
  return resumed ? [note("RolloutResumed", "Rollout is resumed")] : [];
}
