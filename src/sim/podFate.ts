import type { KubeObject } from "../api/object.ts";
import { type Instant, instant, later, type Millis, rfc3339, since } from "../api/time.ts";
import { type Json, jsonOf, listOf } from "./json.ts";

/** What becomes of a pod; spans count from its creation. */
export type Fate =
  /** Runs at once and is ready after a while. */
  | { readonly is: "ready"; readonly after: Millis }
  /** Runs, but is never ready. */
  | { readonly is: "unready" }
  /** Its containers end again and again: CrashLoopBackOff. */
  | { readonly is: "crash" }
  /** Its image cannot be pulled: ImagePullBackOff. */
  | { readonly is: "noImage" }
  /** No node has room for it. */
  | { readonly is: "unschedulable" }
  /** Ends after a while, as the pods of Jobs do. */
  | { readonly is: "ends"; readonly after: Millis; readonly well: boolean };

/** What a pod looks like now, and when it will look different; undefined when it stays as it is. */
export interface Look {
  readonly status: Json;
  readonly until?: Instant | undefined;
}

/** One state of the containers of a pod. */
interface Containers {
  readonly state: Json;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restarts?: number;
}

/** The status of a pod with this fate at an instant. Times of conditions change only with the conditions. */
export function lookOf(pod: KubeObject, fate: Fate, now: Instant): Look {
  const { creationTimestamp } = pod.metadata;
  const born = creationTimestamp === undefined ? now : instant(creationTimestamp);
  const frame = new Frame(pod, rfc3339(born), rfc3339(now));
  switch (fate.is) {
    case "unschedulable":
      return { status: frame.unplaced() };
    case "noImage":
      return {
        status: frame.with("Pending", { state: waiting("ImagePullBackOff", "Back-off pulling image") }),
      };
    case "crash": {
      const state = waiting("CrashLoopBackOff", "back-off 10s restarting failed container");
      return { status: frame.with("Running", { state, restarts: 1 }) };
    }
    case "unready":
      return { status: frame.with("Running", { state: frame.running, started: true }) };
    case "ready": {
      const ready = since(born, now) >= fate.after;
      const status = frame.with("Running", { state: frame.running, started: true, ready });
      return ready ? { status } : { status, until: later(born, fate.after) };
    }
    case "ends":
      return since(born, now) >= fate.after
        ? { status: frame.ended(fate.well) }
        : {
            status: frame.with("Running", { state: frame.running, started: true, ready: true }),
            until: later(born, fate.after),
          };
  }
}

function waiting(reason: string, message: string): Json {
  return { waiting: { reason, message } };
}

/** The parts of a pod's status that all fates share. */
class Frame {
  readonly running: Json;
  readonly #pod: KubeObject;
  readonly #old: Json;
  readonly #now: string;

  constructor(pod: KubeObject, born: string, now: string) {
    this.#pod = pod;
    this.#old = jsonOf(pod["status"]);
    this.#now = now;
    this.running = { running: { startedAt: born } };
  }

  /** A pod that is on no node: why, in the words of the scheduler. */
  unplaced(): Json {
    const message = "0/1 nodes are available: 1 Insufficient cpu.";
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
    return this.#status("Pending", conditions, undefined);
  }

  with(phase: string, containers: Containers): Json {
    const ready = containers.ready === true ? "True" : "False";
    const why = ready === "True" ? {} : { reason: "ContainersNotReady", message: this.#unready() };
    const conditions = [
      { type: "PodScheduled", status: "True" },
      { type: "Initialized", status: "True" },
      { type: "ContainersReady", status: ready, ...why },
      { type: "Ready", status: ready, ...why },
    ];
    return this.#status(phase, conditions, this.#containers(containers));
  }

  ended(well: boolean): Json {
    const [reason, exitCode] = well ? ["Completed", 0] : ["Error", 1];
    const why = { reason: well ? "PodCompleted" : "PodFailed" };
    const conditions = [
      { type: "PodScheduled", status: "True" },
      { type: "Initialized", status: "True", ...why },
      { type: "ContainersReady", status: "False", ...why },
      { type: "Ready", status: "False", ...why },
    ];
    const state = { terminated: { exitCode, reason, finishedAt: this.#now } };
    return this.#status(well ? "Succeeded" : "Failed", conditions, this.#containers({ state }));
  }

  #status(phase: string, conditions: readonly Json[], containerStatuses: readonly Json[] | undefined): Json {
    const { containerStatuses: _, ...old } = this.#old;
    const placed = containerStatuses === undefined ? {} : { containerStatuses, ...this.#place() };
    return { ...old, ...placed, phase, conditions: conditions.map((condition) => this.#timed(condition)) };
  }

  #place(): Json {
    const { startTime = this.#now, podIP = addressOf(this.#pod.metadata.uid ?? "") } = this.#old;
    return { startTime, podIP, podIPs: [{ ip: podIP }] };
  }

  #timed(condition: Json): Json {
    const before = listOf(this.#old["conditions"]).map(jsonOf);
    const old = before.find(
      ({ type, status }) => type === condition["type"] && status === condition["status"],
    );
    return { ...condition, lastTransitionTime: old?.["lastTransitionTime"] ?? this.#now };
  }

  #containers({ state, ready = false, started = false, restarts = 0 }: Containers): readonly Json[] {
    return this.#named().map(({ name, image }) => ({
      name,
      image,
      imageID: "",
      ready,
      started,
      restartCount: restarts,
      state,
      lastState: {},
    }));
  }

  #unready(): string {
    const names = this.#named().map(({ name }) => name);
    return `containers with unready status: [${names.join(" ")}]`;
  }

  #named(): readonly Json[] {
    return listOf(jsonOf(this.#pod["spec"])["containers"]).map(jsonOf);
  }
}

/** An address that follows from the pod's uid. */
function addressOf(uid: string): string {
  let digest = 0;
  for (const letter of uid) digest = (Math.imul(digest, 31) + letter.charCodeAt(0)) >>> 0;
  return `10.244.${(digest >>> 8) % 256}.${1 + (digest % 254)}`;
}
