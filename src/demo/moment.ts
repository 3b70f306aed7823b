import type { KubeObject } from "../api/object.ts";
import type { Cluster } from "../sim/cluster.ts";
import { replicaSetRef } from "../sim/controllers/kinds.ts";
import { jsonOf, listOf } from "../sim/json.ts";
import type { Endpoints } from "./endpoints.ts";
import type { Load, Tally } from "./load.ts";
import { namespace, rolloutRef } from "./manifests.ts";
import { tagOf } from "./pods.ts";

/** A version as it is at a moment. */
export interface VersionSeen {
  readonly tag: string;
  /** `old` is a version that is neither stable nor being released; its pods may still be there. */
  readonly role: "stable" | "canary" | "old";
  readonly ready: number;
  readonly pods: number;
  readonly tally: Tally | undefined;
}

/** Everything that is shown of the demo at a moment. */
export interface Moment {
  /** Milliseconds since the demo began. */
  readonly at: number;
  readonly phase: string;
  readonly message: string;
  /** What the steps say: a weight in percent, or that there is a pause. */
  readonly steps: readonly (number | "pause")[];
  readonly stepIndex: number;
  /** The share of the traffic that goes to the canary, in percent: of the route, or of the pods. */
  readonly weight: number;
  /** Oldest first. */
  readonly versions: readonly VersionSeen[];
  /** The success rates that were measured, oldest first; not a number where there was none. */
  readonly rates: readonly number[];
  /** Requests that met no version. */
  readonly lost: number;
}

/** Where a moment is seen. */
export interface Sight {
  readonly cluster: Cluster;
  readonly endpoints: Endpoints;
  readonly load: Load;
}

/** What there is to see now. */
export function momentOf({ cluster, endpoints, load }: Sight, at: number, rates: readonly number[]): Moment {
  const rollout = cluster.get(rolloutRef);
  const status = jsonOf(rollout?.["status"]);
  const versions = versionsIn(cluster, status, load.tallies);
  const steps = stepsOf(rollout);
  return {
    at,
    phase: String(status["phase"] ?? ""),
    message: String(status["message"] ?? ""),
    steps,
    stepIndex: Number(status["currentStepIndex"] ?? steps.length),
    weight: weightIn(endpoints, cluster, versions),
    versions,
    rates,
    lost: load.lost,
  };
}

/** The version with a role at a moment. */
export function versionAs(moment: Moment, role: VersionSeen["role"]): VersionSeen | undefined {
  return moment.versions.find((version) => version.role === role);
}

function stepsOf(rollout: KubeObject | undefined): Moment["steps"] {
  const canary = jsonOf(jsonOf(jsonOf(rollout?.["spec"])["strategy"])["canary"]);
  return listOf(canary["steps"])
    .map(jsonOf)
    .map(({ setWeight }) => (typeof setWeight === "number" ? setWeight : "pause"));
}

const hashLabel = "rollouts-pod-template-hash";

function versionsIn(
  cluster: Cluster,
  status: Readonly<Record<string, unknown>>,
  tallies: ReadonlyMap<string, Tally>,
): readonly VersionSeen[] {
  const { stableRS, currentPodHash } = status;
  const sets = [...cluster.list(replicaSetRef, { namespace })].sort(
    (one, other) => revisionOf(one) - revisionOf(other),
  );
  return sets.map((set) => {
    const hash = set.metadata.labels?.[hashLabel];
    const { replicas = 0, readyReplicas = 0 } = jsonOf(set["status"]);
    const role = hash === stableRS ? "stable" : hash === currentPodHash ? "canary" : "old";
    const tag = tagOf(set);
    return { tag, role, ready: Number(readyReplicas), pods: Number(replicas), tally: tallies.get(tag) };
  });
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.["rollout.argoproj.io/revision"] ?? 0);
}

function weightIn(endpoints: Endpoints, cluster: Cluster, versions: readonly VersionSeen[]): number {
  const { weights } = endpoints;
  if (weights !== undefined) return weights.get("my-api-canary") ?? 0;
  const canary = versions.find(({ role }) => role === "canary");
  const all = endpoints.all();
  if (canary === undefined || all.length === 0) return 0;
  const ours = all.filter((name) => {
    const pod = cluster.get({ apiVersion: "v1", kind: "Pod", namespace, name });
    return pod !== undefined && tagOf(pod) === canary.tag;
  });
  return Math.round((100 * ours.length) / all.length);
}
