import type { KubeObject } from "../../api/object.ts";
import type { Instant } from "../../api/time.ts";
import { type Json, jsonOf, listOf } from "../json.ts";
import { ageOf } from "./age.ts";

/** What `kubectl get pods` says about a pod. */
export interface PodCells {
  readonly ready: string;
  readonly status: string;
  readonly restarts: string;
}

/** Sums up the containers of a pod: how many are ready, why it is as it is, how often they were restarted. */
export function podCells(pod: KubeObject, now: Instant): PodCells {
  const status = jsonOf(pod["status"]);
  const containers = listOf(jsonOf(pod["spec"])["containers"]);
  const states = listOf(status["containerStatuses"]).map(jsonOf);
  const ready = states.filter((one) => one["ready"] === true).length;
  return {
    ready: `${ready}/${containers.length}`,
    status: statusText(pod, status, states),
    restarts: restartsText(states, now),
  };
}

function statusText(pod: KubeObject, status: Json, states: readonly Json[]): string {
  if (pod.metadata.deletionTimestamp !== undefined) return "Terminating";
  const initial = listOf(status["initContainerStatuses"]).map(jsonOf);
  const waiting = initial
    .map((one) => jsonOf(jsonOf(one["state"])["waiting"])["reason"])
    .find((reason) => reason !== undefined);
  if (waiting !== undefined && waiting !== "PodInitializing") return `Init:${String(waiting)}`;
  return containerReason(states) ?? String(status["reason"] ?? status["phase"] ?? "Unknown");
}

function containerReason(states: readonly Json[]): string | undefined {
  for (const { state } of states.toReversed()) {
    const waiting = jsonOf(jsonOf(state)["waiting"])["reason"];
    if (waiting !== undefined) return String(waiting);
    const ended = jsonOf(jsonOf(state)["terminated"]);
    if (ended["reason"] !== undefined) return String(ended["reason"]);
    if (ended["exitCode"] !== undefined) return `ExitCode:${String(ended["exitCode"])}`;
  }
  return undefined;
}

function restartsText(states: readonly Json[], now: Instant): string {
  const count = states.reduce((sum, one) => sum + Number(one["restartCount"] ?? 0), 0);
  const ends = states.map((one) => jsonOf(jsonOf(one["lastState"])["terminated"])["finishedAt"]);
  const last = ends
    .filter((end) => typeof end === "string")
    .sort()
    .at(-1);
  return count === 0 || last === undefined ? String(count) : `${count} (${ageOf(last, now)} ago)`;
}
