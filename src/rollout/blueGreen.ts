import { annotation } from "../api/labels.ts";
import { earliest, type Instant, instant, justAfter, later, seconds } from "../api/time.ts";
import type { Effect } from "../reconcile/effect.ts";
import { abortDelay } from "./abortDelay.ts";
import { measures } from "./analysisPlaces.ts";
import { upkeepOf } from "./maintenance.ts";
import { type Move, stay } from "./move.ts";
import { newChange, type Pods, stableChange } from "./pods.ts";
import { isReferenced } from "./referenced.ts";
import type { Replicas } from "./replicaSet.ts";
import { type Change, resizes } from "./resize.ts";
import { isSaturated } from "./saturation.ts";
import { Delays, deadlineOf } from "./scaleDown.ts";
import { selectedBy, switched } from "./services.ts";
import type { Verdict } from "./verdict.ts";
import { isAwaited } from "./verification.ts";
import { isDelayed, type View } from "./view.ts";

/** The pod hash that the active Service selects; empty before the first switch. */
export function activeHash({ seen, blueGreen }: View): string {
  return selectedBy(seen.services.get(blueGreen?.activeService ?? ""));
}

/** The pod hash that the preview Service selects. */
export function previewHash({ seen, blueGreen }: View): string {
  return selectedBy(seen.services.get(blueGreen?.previewService ?? ""));
}

/** Whether Services stay where they are: a person holds the rollout, or is asked about an analysis. */
function isHalted({ spec, status }: View, verdict: Verdict | undefined): boolean {
  const asked = (status.pauseConditions ?? []).some(({ reason }) => reason === "InconclusiveAnalysisRun");
  const overruled = verdict !== undefined && (verdict.clears || verdict.aborted);
  return spec.paused === true || (asked && !overruled) || (verdict?.pauses.length ?? 0) > 0;
}

/**
 * How many pods the new version should have: all, or the preview's number until it may grow (rollout-core
 * 15.3). Going back fast takes all of them: the peer first shrinks what is about to be active again (trap
 * 32).
 */
export function previewSize(view: View, hash: string): number {
  const { blueGreen, status, spec, R, allRSs, fastRollback } = view;
  const count = blueGreen?.previewReplicaCount;
  const active = allRSs.find((set) => set.hash === activeHash(view));
  if (count === undefined || active === undefined || active.hash === hash) return R;
  if (status.promoteFull === true || fastRollback) return R;
  if (hash !== status.currentPodHash) return count;
  const waits = spec.paused === true || (status.pauseConditions ?? []).length > 0;
  return !waits && status.blueGreen?.scaleUpPreviewCheckPoint === true ? R : count;
}

/** The ReplicaSets of blue-green: stable, new, the others (rollout-core 15.2). No pause holds them. */
export function blueGreenPods(view: View, verdict: Verdict): Pods {
  const { newRS, stableRS, R } = view;
  if (newRS === undefined) return { changes: [], until: undefined, atRest: true };
  const waits = returnsUntil(view, newRS);
  const delay = abortDelay(view, newRS, verdict.aborted);
  const kept = verdict.aborted && view.blueGreen?.abortScaleDownDelaySeconds === 0;
  const mine: Change =
    delay === undefined
      ? {
          ...newChange(view, newRS, kept ? newRS.size : previewSize(view, newRS.hash)),
          deadline: waits === undefined ? null : undefined,
        }
      : {
          set: newRS,
          size: newRS.hash === activeHash(view) ? newRS.size : delay.size,
          deadline: delay.deadline,
          desired: R,
          upkeep: upkeepOf(view, newRS),
          why: delay.why,
        };
  const leavers = blueGreenLeavers(view, verdict);
  const changes = [...stableChange(stableRS, newRS, R, R), mine, ...leavers.changes];
  const until = earliest(delay?.until, waits, leavers.until);
  return { changes, until, atRest: !changes.some(resizes) };
}

/**
 * Until when a version that returns within its delay may be switched to without pause: it keeps its deadline
 * till it is active, so that a look in which it is not ready yet does not lose that.
 */
function returnsUntil(view: View, newRS: Replicas): Instant | undefined {
  const returns = view.fastRollback && isDelayed(newRS, view.now) && activeHash(view) !== newRS.hash;
  return returns ? deadlineOf(newRS) : undefined;
}

/** Old versions wait for their deadline at full size (rollout-core 15.9, 18.4). */
function blueGreenLeavers(
  view: View,
  verdict: Verdict,
): { changes: readonly Change[]; until: Instant | undefined } {
  const { otherRSs, blueGreen, R, now, status } = view;
  if (isHeldBack(view, verdict)) return { changes: [], until: undefined };
  const delays = new Delays(
    now,
    blueGreen?.scaleDownDelaySeconds ?? 30,
    blueGreen?.scaleDownDelayRevisionLimit,
  );
  const ends: Instant[] = [];
  const changes = otherRSs.flatMap((set): Change[] => {
    if (set.size === 0 || isReferenced(view, set)) return [];
    const { size, deadline, until, why } = delays.next(set, R);
    if (until !== undefined) ends.push(until);
    const gone =
      size === 0 ? { deadline: status.abort === true ? undefined : null, desired: R } : { deadline };
    return [{ set, size, why, ...(size === set.size ? {} : { desired: R }), ...gone }];
  });
  return { changes, until: earliest(...ends) };
}

/**
 * No old version goes while a person is asked, or before the analysis after the switch has succeeded. What
 * was promoted without it keeps none: the peer then never scales them down.
 */
function isHeldBack({ status, blueGreen, promoted }: View, verdict: Verdict): boolean {
  const asked = (status.pauseConditions ?? []).some(({ reason }) => reason === "InconclusiveAnalysisRun");
  if (asked || verdict.pauses.length > 0) return true;
  if (promoted || !measures(blueGreen?.postPromotionAnalysis)) return false;
  if (blueGreen?.scaleDownDelaySeconds !== undefined) return false;
  return verdict.analyses.runs.get("PostPromotion")?.status !== "Successful";
}

/** Whether the update is switched without pause and analysis (rollout-core 15.4). */
function isFastTracked(view: View): boolean {
  const { status, fastRollback, newRS } = view;
  const active = activeHash(view);
  return fastRollback || status.promoteFull === true || active === "" || active === newRS?.hash;
}

function hasPassed(verdict: Verdict, { blueGreen }: View): boolean {
  return (
    !measures(blueGreen?.prePromotionAnalysis) ||
    verdict.analyses.runs.get("PrePromotion")?.status === "Successful"
  );
}

/** What the pause before the switch is: over, or under way until an instant. */
interface Pause {
  readonly over: boolean;
  readonly until: Instant | undefined;
}

/**
 * The pause before the switch (rollout-core 15.4). A person who resumes ends it also where it would end by
 * itself; the peer starts its countdown again (trap 34).
 */
function pauseOf({ blueGreen, status, now }: View): Pause {
  const over = (is: boolean, until?: Instant): Pause => ({ over: is, until });
  if (status.blueGreen?.scaleUpPreviewCheckPoint === true || needsNoPause(blueGreen)) return over(true);
  const paused = status.pauseConditions?.find(({ reason }) => reason === "BlueGreenPause");
  const auto = blueGreen?.autoPromotionEnabled !== false;
  const wait = blueGreen?.autoPromotionSeconds ?? 0;
  if (paused === undefined) return over(status.controllerPause === true);
  if (!auto) return over(false);
  const until = later(instant(paused.startTime), seconds(wait));
  return now > until ? over(true) : over(false, justAfter(until));
}

/** Whether the switch follows by itself as soon as the pods are ready. */
function needsNoPause(blueGreen: View["blueGreen"]): boolean {
  return blueGreen?.autoPromotionEnabled !== false && (blueGreen?.autoPromotionSeconds ?? 0) === 0;
}

function isReady(view: View, newRS: Replicas): boolean {
  const size = previewSize(view, newRS.hash);
  return newRS.size === size && newRS.available === size;
}

/**
 * The Services: preview follows the new version at once, active only what is ready and released (15.1, 15.5).
 */
export function blueGreenServices(view: View, verdict: Verdict): readonly Effect[] {
  return [...previewService(view, verdict), ...activeService(view, verdict)];
}

/** The preview Service selects the new version, with or without pods. */
export function previewService(view: View, verdict: Verdict | undefined): readonly Effect[] {
  const { seen, blueGreen, newRS } = view;
  const service = seen.services.get(blueGreen?.previewService ?? "");
  if (service === undefined || newRS === undefined || isHalted(view, verdict)) return [];
  return pointTo(view, service, newRS.hash);
}

function activeService(view: View, verdict: Verdict): readonly Effect[] {
  const service = view.seen.services.get(view.blueGreen?.activeService ?? "");
  if (service === undefined || isHalted(view, verdict)) return [];
  return pointTo(view, service, activeTarget(view, verdict));
}

/** The hash that users should reach; empty where the Service is to be left alone. */
function activeTarget(view: View, verdict: Verdict): string {
  const { newRS, stableRS, R } = view;
  if (verdict.aborted) return stableRS !== undefined && stableRS.available > 0 ? stableRS.hash : "";
  if (newRS === undefined || !isReady(view, newRS) || !isSaturated(newRS, R)) return "";
  const released = isFastTracked(view) || (pauseOf(view).over && hasPassed(verdict, view));
  return released ? newRS.hash : activeHash(view);
}

function pointTo(
  view: View,
  service: Parameters<typeof selectedBy>[0] & object,
  hash: string,
): readonly Effect[] {
  const ours = service.metadata.annotations?.[annotation.managedBy] !== undefined;
  if (hash === "" || (selectedBy(service) === hash && ours)) return [];
  return [switched(view, service, hash)];
}

/** Whether a blue-green update moves on: paused, resumed, aborted, promoted (rollout-core 15.4, 15.6). */
export function blueGreenMove(view: View, verdict: Verdict): Move {
  const { status } = view;
  const promote = promotion(view, verdict);
  if (promote !== undefined) return stay(undefined, { promote, clears: true });
  const checkpoint = status.blueGreen?.scaleUpPreviewCheckPoint === true || reachesCheckpoint(view, verdict);
  if (verdict.aborted) return stay(undefined, { aborted: true, checkpoint });
  const keepsResume = status.controllerPause === true && activeHash(view) !== view.hash;
  if (isSwitching(view, verdict)) return stay(undefined, { checkpoint, keepsResume });
  return stay(undefined, { clears: verdict.clears, checkpoint, keepsResume, ...pausing(view, verdict) });
}

/** Whether the active Service is turned in this look: what ends with that ends once it is seen. */
function isSwitching(view: View, verdict: Verdict): boolean {
  const { status, hash } = view;
  const mayTurn = status.abort !== true && activeHash(view) !== hash && !isHalted(view, verdict);
  return mayTurn && activeTarget(view, verdict) === hash;
}

function reachesCheckpoint(view: View, verdict: Verdict): boolean {
  const { blueGreen, newRS } = view;
  const count = blueGreen?.previewReplicaCount;
  const paused = pausing(view, verdict).pauses.length > 0;
  return (
    count !== undefined &&
    !paused &&
    hasPassed(verdict, view) &&
    pauseOf(view).over &&
    newRS?.available === count
  );
}

function pausing(view: View, verdict: Verdict): Pick<Move, "pauses" | "unpauses" | "until"> {
  const { status, newRS, blueGreen } = view;
  const same = { pauses: [], unpauses: [], until: undefined };
  if (newRS === undefined || !isReady(view, newRS) || isHalted(view, verdict)) return same;
  const resume = { ...same, unpauses: ["BlueGreenPause"] };
  if (isFastTracked(view) || status.blueGreen?.scaleUpPreviewCheckPoint === true) return resume;
  if (needsNoPause(blueGreen)) return resume;
  if (!hasPassed(verdict, view)) return same;
  const paused = (status.pauseConditions ?? []).some(({ reason }) => reason === "BlueGreenPause");
  const { over, until } = pauseOf(view);
  if (paused) return over ? resume : { ...same, until };
  return status.controllerPause === true ? same : { ...same, pauses: ["BlueGreenPause"] };
}

/** Why the new version becomes stable now: the first test that holds (rollout-core 13.5). */
function promotion(view: View, verdict: Verdict): string | undefined {
  const { stableRS, newRS, fastRollback, inWindow, blueGreen } = view;
  const active = activeHash(view);
  if (stableRS === undefined || active === "") return "Initial deploy";
  if (newRS === undefined || active !== newRS.hash || isAwaited(view.seen.aws?.targets)) return undefined;
  if (verdict.promoteFull) return "Full promotion requested";
  if (fastRollback) return inWindow ? "Rollback within window" : "Fast rollback";
  if (verdict.aborted) return undefined;
  const post = verdict.analyses.runs.get("PostPromotion");
  if (measures(blueGreen?.postPromotionAnalysis) && post?.status !== "Successful") return undefined;
  return "Completed blue-green update";
}
