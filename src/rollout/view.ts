import { stepHash } from "../api/podTemplate/hash.ts";
import type { Rollout } from "../api/rollout.ts";
import type { CanaryStep } from "../api/steps.ts";
import type { Instant } from "../api/time.ts";
import { remembered } from "../reconcile/remembered.ts";
import { type Budget, resolveBudget } from "./budget.ts";
import { byAge, byRevision, type Replicas, replicasOf, revisionIn, total } from "./replicaSet.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import type { Status } from "./status.ts";

export type Spec = Rollout["spec"];
export type Canary = NonNullable<NonNullable<Spec["strategy"]>["canary"]>;
export type BlueGreen = NonNullable<NonNullable<Spec["strategy"]>["blueGreen"]>;

/** The snapshot made easy to ask. Letters are those of the reference (rollout-core 0). */
export interface View {
  readonly seen: RolloutSnapshot;
  readonly now: Instant;
  readonly name: string;
  readonly namespace: string;
  readonly spec: Spec;
  /** The status as it was persisted when the look began. */
  readonly status: Status;
  readonly canary: Canary | undefined;
  readonly blueGreen: BlueGreen | undefined;
  /** Replicas wanted, and the weight that means all traffic. */
  readonly R: number;
  readonly M: number;
  /** A canary with `trafficRouting`, and one whose stable side shrinks with its traffic. */
  readonly traffic: boolean;
  readonly dynamic: boolean;
  readonly budget: Budget;
  readonly steps: readonly CanaryStep[];
  readonly stepsHash: string;
  /** The step index as persisted, at most the number of steps; undefined without steps. */
  readonly index: number | undefined;
  /** The ReplicaSet of the current template, and the one that was promoted last. */
  readonly newRS: Replicas | undefined;
  readonly stableRS: Replicas | undefined;
  /** All but new and stable, highest revision first; and all, oldest first. */
  readonly otherRSs: readonly Replicas[];
  readonly allRSs: readonly Replicas[];
  /** The hash that the next status carries: of the ReplicaSet found, else the computed one. */
  readonly hash: string;
  /** Whether the persisted status says that stable is current. */
  readonly promoted: boolean;
  /** Whether template or steps are others than those of the persisted status (13.1). */
  readonly changed: boolean;
  /** Going back to an older version (13.6): at all, within the window, without waiting. */
  readonly rollback: boolean;
  readonly inWindow: boolean;
  readonly fastRollback: boolean;
  /** The revision annotation of the Rollout. */
  readonly revision: number;
}

const noSteps: readonly CanaryStep[] = [];
const hashOfSteps = remembered((steps: readonly CanaryStep[]) => stepHash(steps));

/** Builds the view of a snapshot at an instant. */
export function viewOf(seen: RolloutSnapshot, now: Instant): View {
  const { spec } = seen.rollout;
  const status: Status = seen.rollout.status ?? {};
  const blueGreen = spec.strategy?.blueGreen;
  const canary = blueGreen === undefined ? spec.strategy?.canary : undefined;
  const steps = canary?.steps ?? noSteps;
  const sets = setsOf(seen, status);
  const routing = canary?.trafficRouting;
  const stepsHash = blueGreen === undefined ? hashOfSteps(steps) : "";
  const promoted = (status.stableRS ?? "") === (status.currentPodHash ?? "");
  const hash = sets.newRS?.hash ?? seen.hash;
  const R = spec.replicas ?? 1;
  return {
    seen,
    now,
    name: seen.object.metadata.name,
    namespace: seen.object.metadata.namespace ?? "",
    spec,
    status,
    canary,
    blueGreen,
    R,
    M: routing?.maxTrafficWeight ?? 100,
    traffic: routing !== undefined,
    dynamic: routing !== undefined && canary?.dynamicStableScale === true,
    budget: budgetOf(R, canary, blueGreen),
    steps,
    stepsHash,
    index: steps.length === 0 ? undefined : indexIn(status, steps.length),
    ...sets,
    hash,
    promoted,
    changed: changedIn(status, hash, stepsHash, sets.newRS !== undefined),
    ...rollbackOf(seen, status, sets, now),
    revision: revisionIn(seen.object.metadata.annotations),
  };
}

function budgetOf(R: number, canary: Canary | undefined, blueGreen: BlueGreen | undefined): Budget {
  return blueGreen === undefined
    ? resolveBudget(R, canary?.maxSurge, canary?.maxUnavailable, "canary")
    : resolveBudget(R, undefined, blueGreen.maxUnavailable, "blueGreen");
}

/** A missing index counts as the first step; one past the end (steps were removed) as the end. */
function indexIn({ currentStepIndex = 0 }: Status, steps: number): number {
  return Math.max(0, Math.min(currentStepIndex ?? 0, steps));
}

type Sets = Pick<View, "newRS" | "stableRS" | "otherRSs" | "allRSs">;

function setsOf(seen: RolloutSnapshot, status: Status): Sets {
  const allRSs = seen.replicaSets.map(replicasOf).sort(byAge);
  const newRS = allRSs.find((set) => set.hash === seen.hash) ?? allRSs.find((set) => set.name === seen.twin);
  const { stableRS: stableHash = "" } = status;
  const stableRS = stableHash === "" ? undefined : allRSs.find((set) => set.hash === stableHash);
  const otherRSs = allRSs.filter((set) => set !== newRS && set !== stableRS).sort(byRevision);
  return { newRS, stableRS, otherRSs, allRSs };
}

function changedIn(status: Status, hash: string, stepsHash: string, exists: boolean): boolean {
  const { currentPodHash = "", currentStepHash = "" } = status;
  if (stepsHash === "") return exists && currentPodHash !== hash;
  return currentStepHash !== stepsHash || (currentPodHash !== "" && currentPodHash !== hash);
}

type Rollback = Pick<View, "rollback" | "inWindow" | "fastRollback">;

function rollbackOf(seen: RolloutSnapshot, status: Status, sets: Sets, now: Instant): Rollback {
  const { newRS, stableRS, allRSs } = sets;
  if (newRS === undefined || stableRS === undefined)
    return { rollback: false, inWindow: false, fastRollback: false };
  const isStable = status.stableRS === newRS.hash;
  const older = newRS.created < stableRS.created;
  const between = allRSs.filter((set) => set.created > newRS.created && set.created < stableRS.created);
  const { revisions = 0 } = seen.rollout.spec.rollbackWindow ?? {};
  const inWindow = older && revisions > 0 && between.length < revisions;
  const rollback = isStable || older;
  const delayed = seen.rollout.spec.strategy?.blueGreen !== undefined && isDelayed(newRS, now);
  return { rollback, inWindow, fastRollback: rollback && (inWindow || delayed || isStable) };
}

/** Whether a ReplicaSet still waits for its scale-down deadline. */
export function isDelayed({ deadline }: Replicas, now: Instant): boolean {
  return deadline !== undefined && Date.parse(deadline) > now;
}

/** The sum of available pods over all versions. */
export function availableNow({ allRSs }: View): number {
  return total(allRSs, "reported");
}
