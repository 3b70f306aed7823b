import type { Rollout } from "../api/rollout.ts";
import type { RolloutStatus } from "../api/rolloutStatus.ts";
import { rfc3339 } from "../api/time.ts";
import { isSame } from "../reconcile/diff.ts";
import { recordedRun } from "./analysisPlaces.ts";
import { countsOf } from "./counters.ts";
import { durationOf } from "./durations.ts";
import type { Move } from "./move.ts";
import { phaseOf } from "./phase.ts";
import { conditionsFor } from "./statusConditions.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import { workloadGeneration } from "./workloadRef.ts";

export type Status = RolloutStatus;

/** What was seen apart from pods, and goes into the status as it is. */
export interface Found {
  /** What the routers carry. */
  readonly weights: NonNullable<Status["canary"]>["weights"] | undefined;
  /** Whether that is what is wanted. */
  readonly holds: boolean;
  /** The pod hashes that the Services of blue-green select. */
  readonly selectors: { readonly active: string; readonly preview: string } | undefined;
  /** The restart that has been carried out. */
  readonly restartedAt: string | undefined;
}

/** The next status: what was seen and decided, never what a write is hoped to do (rollout-core 5). */
export function nextStatus(view: View, verdict: Verdict, move: Move, found: Found): Status {
  const { status: old, seen, blueGreen } = view;
  const counts = countsOf(view, found.selectors?.active);
  const draft: Status = pruned({
    observedGeneration: String(seen.object.metadata.generation ?? 0),
    currentPodHash: view.hash,
    currentStepHash: blueGreen === undefined ? view.stepsHash : undefined,
    currentStepIndex: move.index,
    stableRS: move.promote === undefined ? old.stableRS : view.hash,
    ...counts,
    collisionCount: old.collisionCount,
    ...pauseFields(view, verdict, move),
    promoteFull: move.reset || move.promote !== undefined ? undefined : old.promoteFull,
    restartedAt: found.restartedAt,
    workloadObservedGeneration: workloadGeneration(view),
    blueGreen: blueGreen === undefined ? undefined : blueGreenPart(verdict, move, found),
    canary: blueGreen === undefined ? canaryPart(view, verdict, move, found) : undefined,
    ...albPart(view),
  });
  const conditions = conditionsFor(view, draft, verdict.detail);
  const said: Status = { ...draft, conditions };
  const { phase, message } = phaseOf(view, said);
  return pruned({ ...said, phase, message, duration: durationOf(view, said, move) });
}

/** Pauses and abort of the next status, in the reference's precedence (rollout-core 16.1). */
function pauseFields({ status: old, now }: View, verdict: Verdict, move: Move): Partial<Status> {
  if (move.aborted) return { abort: true, abortedAt: old.abortedAt ?? rfc3339(now) };
  if (move.clears) return {};
  const kept = (old.pauseConditions ?? []).filter(({ reason }) => !move.unpauses.includes(reason));
  const added = [...verdict.pauses, ...move.pauses]
    .filter((reason) => !(old.pauseConditions ?? []).some((pause) => pause.reason === reason))
    .map((reason) => ({ reason, startTime: rfc3339(now) }));
  const pauseConditions = [...kept, ...added];
  if (pauseConditions.length === 0) return move.keepsResume ? { controllerPause: true } : {};
  return { pauseConditions, controllerPause: added.length > 0 ? true : old.controllerPause };
}

function canaryPart(view: View, verdict: Verdict, move: Move, found: Found): Status["canary"] {
  const { canary: old } = view.status;
  const { runs } = verdict.analyses;
  const side = old?.stablePingPong;
  const flips =
    view.canary?.pingPong !== undefined && move.promote !== undefined && view.status.stableRS !== view.hash;
  return orNothing({
    currentStepAnalysisRunStatus: move.reset || move.completed !== undefined ? undefined : runs.get("Step"),
    currentBackgroundAnalysisRunStatus: move.reset ? undefined : runs.get("Background"),
    currentExperiment: experimentNamed(view, verdict, move, found),
    weights: move.reset ? old?.weights : found.weights,
    stablePingPong: flips ? (side === "ping" ? "pong" : "ping") : side,
    stepPluginStatuses: move.reset ? undefined : old?.stepPluginStatuses,
  });
}

/** An experiment is named, and so keeps its pods, until the routers have let go of it as well. */
function experimentNamed(
  { status }: View,
  { experiment }: Verdict,
  { reset, completed }: Move,
  { holds }: Found,
): string | undefined {
  const current = reset || completed !== undefined ? undefined : experiment.current;
  return current ?? (holds ? undefined : status.canary?.currentExperiment);
}

/** The load balancers that were looked at last; none when AWS is not to be asked. */
function albPart({ seen: { aws }, status: old }: View): Pick<Loose<Status>, "alb" | "albs"> {
  if (aws === undefined) return {};
  const found = aws.weight?.albs ?? [];
  return found.length === 0 ? { alb: old.alb, albs: old.albs } : { alb: found.at(-1), albs: found };
}

function blueGreenPart(verdict: Verdict, move: Move, { selectors }: Found): Status["blueGreen"] {
  const { runs } = verdict.analyses;
  return orNothing({
    activeSelector: selectors?.active,
    previewSelector: selectors?.preview,
    scaleUpPreviewCheckPoint: move.reset || move.promote !== undefined ? undefined : move.checkpoint,
    prePromotionAnalysisRunStatus: move.reset ? undefined : runs.get("PrePromotion"),
    postPromotionAnalysisRunStatus: move.reset ? undefined : runs.get("PostPromotion"),
  });
}

type Loose<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/**
 * The object without what counts as nothing: absent, 0, false, "", []. Pointers keep their 0 (rollout-core
 * 5).
 */
function pruned(status: Loose<Status>): Status {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(status)) {
    if (value !== undefined && (pointers.has(key) || !isNothing(value))) kept[key] = value;
  }
  return kept as Status;
}

const pointers: ReadonlySet<string> = new Set(["currentStepIndex", "collisionCount"]);

function orNothing<Part extends object>(part: Loose<Part>): Part | undefined {
  let kept: Record<string, unknown> | undefined;
  for (const [key, value] of Object.entries(part)) {
    if (isNothing(value)) continue;
    kept ??= {};
    kept[key] = value;
  }
  return kept as Part | undefined;
}

function isNothing(value: unknown): boolean {
  return (
    value === undefined ||
    value === 0 ||
    value === false ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );
}

/**
 * Whether a change of the status must be written at once; other changes wait for company (product: budgets).
 */
export function isUrgent(old: Status, next: Status): boolean {
  return (
    telling.some((field) => !isSame(old[field], next[field])) ||
    old.duration?.finishedAt !== next.duration?.finishedAt
  );
}

const telling = [
  "phase",
  "currentStepIndex",
  "pauseConditions",
  "controllerPause",
  "abort",
  "promoteFull",
  "stableRS",
  "currentPodHash",
  "collisionCount",
  "observedGeneration",
  "restartedAt",
  "blueGreen",
  "canary",
] as const satisfies readonly (keyof Status)[];

/** The runs that a status names, for whoever wants to look them up. */
export function namedRuns(rollout: Rollout): readonly string[] {
  const status = rollout.status ?? {};
  const types = ["Step", "Background", "PrePromotion", "PostPromotion"] as const;
  return types.flatMap((type) => recordedRun(status, type)?.name ?? []);
}
