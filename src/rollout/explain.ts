import type { Instant } from "../api/time.ts";
import { conditionOf } from "../reconcile/conditions.ts";
import { targetOf } from "../reconcile/effect.ts";
import type { Plan } from "../reconcile/plan.ts";
import { decide, decidedOn } from "./decide.ts";
import { blueGreenWait } from "./explain/blueGreen.ts";
import { beside, canaryWait } from "./explain/canary.ts";
import { heldWait } from "./explain/held.ts";
import { timeIn, type Wait, waitFor } from "./explain/wait.ts";
import type { Decided } from "./planOf.ts";
import { restartFor } from "./restart.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { stepText } from "./steps/index.ts";
import { type View, viewOf } from "./view.ts";

/** Why a Rollout is where it is, and what happens next. */
export interface Explanation {
  /** `namespace/name`. */
  readonly rollout: string;
  readonly revision: number;
  /** As its status says. */
  readonly phase: string;
  readonly message: string;
  /** The step at which it is; undefined without steps, after the last one, and before the update begins. */
  readonly step: { readonly index: number; readonly count: number; readonly text: string } | undefined;
  /** The canary's share of the traffic, as its routers carry it; undefined without router. */
  readonly weight: number | undefined;
  /**
   * `settled` when there is nothing to do, `moving` when something is written now, `waiting` for time, pods
   * or people, `stuck` when it does not go on well by itself.
   */
  readonly is: "settled" | "moving" | "waiting" | "stuck";
  readonly waits: Wait | undefined;
  /** What the controller writes as soon as it looks. */
  readonly writes: readonly { readonly do: string; readonly object: string; readonly why: string }[];
  /** When it looks again though nothing changes. */
  readonly looksAgain: Instant | undefined;
}

/**
 * Explains a Rollout with the very decision that the controller takes about it. Pure; nothing is written. The
 * snapshot should hold no outcome of an earlier plan.
 */
export function explain(seen: RolloutSnapshot, now: Instant): Explanation {
  const view = viewOf(seen, now);
  const plan = decide(seen, now);
  const found = foundIn(view);
  const { status, steps } = view;
  const step = found.index === undefined ? undefined : steps[found.index];
  const writes = plan.effects.map((effect) => {
    const { kind, name } = targetOf(effect);
    return { do: effect.do, object: `${kind}/${name}`, why: effect.why };
  });
  return {
    rollout: seen.key,
    revision: view.revision,
    phase: status.phase ?? "",
    message: status.message ?? "",
    step:
      step === undefined ? undefined : { index: found.index ?? 0, count: steps.length, text: stepText(step) },
    weight: found.weight,
    is: stateOf(found.waits, plan),
    waits: found.waits,
    writes,
    looksAgain: plan.requeueAt,
  };
}

interface Found {
  readonly waits: Wait | undefined;
  readonly index?: number | undefined;
  readonly weight?: number | undefined;
}

/** What it waits for, in the order in which `decide` looks. */
function foundIn(view: View): Found {
  const { seen, newRS, status, promoted } = view;
  if (seen.invalid !== undefined) {
    const since = timeIn(conditionOf(status.conditions, "InvalidSpec")?.lastTransitionTime);
    const next = ["it goes on where it was as soon as it is valid"];
    const { message } = seen.invalid;
    return { waits: waitFor("someone to correct it", { since, why: [message], next, stuck: true }) };
  }
  if (newRS === undefined) return { waits: birthWait(view) };
  if (view.changed) return { waits: unseen(view) };
  const restart = restartFor(view);
  if (restart.alone) return { waits: restartWait(view, restart.until) };
  const decided = decidedOn(view, restart);
  const waits = heldWait(view, decided) ?? ownWait(view, decided) ?? after(view, decided);
  const index = promoted ? undefined : decided.move.index;
  return { waits, index, weight: decided.traffic.carried };
}

function ownWait(view: View, decided: Decided): Wait | undefined {
  if (decided.move.promote !== undefined && !view.promoted) return undefined;
  if (view.blueGreen !== undefined) return blueGreenWait(view, decided);
  const wait = canaryWait(view, decided);
  return wait === undefined ? undefined : { ...wait, why: [...wait.why, ...beside(view, decided)] };
}

/** What is left to do when the newest version is stable. */
function after(view: View, { pods, restart }: Decided): Wait | undefined {
  if (restart.until !== undefined) return restartWait(view, restart.until);
  if (!view.promoted || pods.until === undefined) return undefined;
  const next = ["their pods go"];
  return waitFor("the delay of old versions", {
    until: pods.until,
    ends: "the next one is scaled down",
    next,
  });
}

function restartWait({ spec }: View, until: Instant | undefined): Wait {
  return waitFor("the restart of older pods", {
    since: timeIn(spec.restartAt),
    until,
    ends: until === undefined ? undefined : "the pods are looked at again",
    next: ["all pods are younger than spec.restartAt"],
  });
}

/** A ReplicaSet that could not be created is told by the status: only the controller itself knows more. */
function birthWait(view: View): Wait | undefined {
  const condition = conditionOf(view.status.conditions, "Progressing");
  if (condition?.reason !== "ReplicaSetCreateError") return unseen(view);
  const since = timeIn(condition.lastTransitionTime);
  return waitFor("a ReplicaSet that can be created", { since, why: [condition.message], stuck: true });
}

/** A change that the controller has not answered yet. */
function unseen({ seen, status, revision }: View): Wait | undefined {
  const generation = seen.object.metadata.generation ?? 0;
  if (Number(status.observedGeneration ?? 0) >= generation) return undefined;
  return waitFor("the controller to see the last change", {
    why: [`generation ${generation} is not in the status yet`],
    next: [`the update after revision ${revision} begins`],
  });
}

function stateOf(waits: Wait | undefined, { effects, status, problem }: Plan): Explanation["is"] {
  if (waits?.stuck === true || problem !== undefined) return "stuck";
  if (effects.length > 0) return "moving";
  if (waits !== undefined) return "waiting";
  return status?.patch !== undefined && status.urgent ? "moving" : "settled";
}
