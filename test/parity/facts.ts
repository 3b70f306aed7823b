import type { KubeObject } from "../../src/api/object.ts";
import { type Instant, instant } from "../../src/api/time.ts";
import { type Replicas, replicasOf } from "../../src/rollout/replicaSet.ts";
import { selectedBy } from "../../src/rollout/services.ts";
import type { Status } from "../../src/rollout/status.ts";

/**
 * What can be seen of a Rollout from outside, each under a name: `V1`, `index`, `phase`, `w`, a Service's
 * name.
 */
export type Facts = ReadonlyMap<string, string>;

/** The objects that the facts are told from. */
export interface Scene {
  readonly rollout: KubeObject | undefined;
  readonly replicaSets: readonly KubeObject[];
  readonly services: readonly KubeObject[];
  readonly start: Instant;
  /** The name of a version, `V1` for the first, by the hash of its ReplicaSet. */
  version(hash: string): string;
}

/** The observable state: sizes, deadlines, selectors, and what the status says. */
export function factsOf({ rollout, replicaSets, services, start, version }: Scene): Facts {
  const facts = new Map<string, string>();
  for (const set of replicaSets.map(replicasOf)) {
    const name = version(set.hash);
    facts.set(name, String(set.size));
    facts.set(`${name}.until`, untilOf(set, start));
  }
  for (const service of services) {
    facts.set(`${service.metadata.name}→`, version(selectedBy(service)));
  }
  const status = (rollout?.["status"] ?? {}) as Status;
  facts.set("phase", status.phase ?? "");
  facts.set("index", String(status.currentStepIndex ?? ""));
  facts.set("stable", version(status.stableRS ?? ""));
  facts.set("pause", (status.pauseConditions ?? []).map(({ reason }) => reason).join("+"));
  facts.set("abort", status.abort === true ? "yes" : "");
  facts.set("w", weightsOf(status));
  facts.set("checkpoint", status.blueGreen?.scaleUpPreviewCheckPoint === true ? "yes" : "");
  return facts;
}

/** Seconds from the start until the deadline; empty without one. */
function untilOf({ deadline }: Replicas, start: Instant): string {
  return deadline === undefined ? "" : `${(instant(deadline) - start) / 1000}s`;
}

function weightsOf({ canary }: Status): string {
  const { weights } = canary ?? {};
  return weights === undefined ? "" : `${weights.canary.weight}/${weights.stable.weight}`;
}

/** One fact that changed, and in which pass of the controller. */
export interface Milestone {
  readonly pass: number;
  readonly seconds: number;
  readonly name: string;
  readonly value: string;
}

/** The facts that differ between two moments. */
export function differences(
  before: Facts,
  after: Facts,
): readonly (readonly [name: string, value: string])[] {
  return [...after].filter(([name, value]) => (before.get(name) ?? "") !== value);
}
