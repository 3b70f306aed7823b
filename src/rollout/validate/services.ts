import { annotation, hashLabel } from "../../api/labels.ts";
import type { KubeObject } from "../../api/object.ts";
import { invalid } from "../../api/problem.ts";
import type { RolloutSpec } from "../../api/rollout.ts";
import type { Template } from "../snapshot.ts";

/** A Service and the field that names it. */
export interface NamedService {
  readonly path: string;
  readonly service: KubeObject;
}

/**
 * The Services that a strategy names; throws the `Problem` of the first that is not there (rollout-core 3.3).
 */
export function foundServices(
  spec: Pick<RolloutSpec, "strategy">,
  services: ReadonlyMap<string, KubeObject>,
): readonly NamedService[] {
  return servicePaths(spec).flatMap(([field, name = ""]) => {
    if (name === "") return [];
    const path = `spec.strategy.${field}`;
    const service = services.get(name);
    if (service === undefined) throw invalid(path, name, `service "${name}" not found`);
    return [{ path, service }];
  });
}

/** The fields of a strategy that name Services, in the order in which they are looked up, and the names. */
export function servicePaths({ strategy = {} }: Pick<RolloutSpec, "strategy">) {
  const { canary, blueGreen } = strategy;
  const fields: readonly [field: string, name: string | undefined][] = [
    ["blueGreen.activeService", blueGreen?.activeService],
    ["blueGreen.previewService", blueGreen?.previewService],
    ["canary.stableService", canary?.stableService],
    ["canary.canaryService", canary?.canaryService],
    ["canary.pingPong.pingService", canary?.pingPong?.pingService],
    ["canary.pingPong.pongService", canary?.pingPong?.pongService],
  ];
  return fields;
}

/** Checks that a Service chooses the pods of this Rollout, and belongs to no other one (rollout-core 3.3). */
export function checkService(
  { metadata, spec }: KubeObject,
  path: string,
  rollout: string,
  template: Template | undefined,
): void {
  const { name, annotations = {} } = metadata;
  const { selector = {} } = (spec ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
  const labels = template?.metadata?.labels ?? {};
  const keys = Object.keys(selector).sort();
  const unmatched = keys.find((key) => key !== hashLabel && labels[key] !== selector[key]);
  if (template !== undefined && unmatched !== undefined) {
    throw invalid(path, name, `Service "${name}" has unmatch label "${unmatched}" in rollout`);
  }
  const owner = annotations[annotation.managedBy];
  if (owner === undefined || owner === rollout) return;
  throw invalid(path, name, `Service "${name}" is managed by another Rollout`);
}
