import { annotation, label } from "../api/labels.ts";
import { controllerOf, type KubeObject, refOf } from "../api/object.ts";
import type { Rollout } from "../api/rollout.ts";
import { type Kind, keyParts } from "../reconcile/kind.ts";
import type { Plan } from "../reconcile/plan.ts";
import { type Ports, read } from "../reconcile/ports.ts";
import { rolloutRef, serviceNames, serviceRef, usesIndex } from "./observe.ts";
import { selectedBy } from "./services.ts";

/** A Service that selects a pod hash, and whether a Rollout still stands behind that. */
export interface ServiceSnapshot {
  readonly service: KubeObject;
  readonly referenced: boolean;
}

/**
 * Services that no Rollout names any more lose the pod hash from their selector, so that they do not select a
 * version that is gone (rollout-core 11.4). Only a definite answer counts: an error leaves the Service alone,
 * and so does the lack of the annotation that says whose it is: the Rollout may be one of another controller.
 */
export function serviceKind(): Kind<ServiceSnapshot> {
  return {
    name: "service",
    of: serviceRef,
    wokenBy: [
      {
        kind: rolloutRef,
        byGeneration: true,
        keys: (rollout) => namesOf(rollout).map((name) => `${rollout.metadata.namespace ?? ""}/${name}`),
      },
    ],
    observe,
    decide,
  };
}

async function observe(key: string, ports: Ports): Promise<ServiceSnapshot | undefined> {
  const service = await read(ports, { ...serviceRef, ...keyParts(key) });
  if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
  const isOurs = service.metadata.annotations?.[annotation.managedBy] !== undefined;
  if (!isOurs || selectedBy(service) === "" || controllerOf(service) !== undefined) return undefined;
  return { service, referenced: await isReferenced(service, ports) };
}

async function isReferenced(service: KubeObject, ports: Ports): Promise<boolean> {
  const { namespace = "", name, annotations = {} } = service.metadata;
  if (ports.cache.indexed(rolloutRef, usesIndex, `Service/${namespace}/${name}`).length > 0) return true;
  const manager = annotations[annotation.managedBy] ?? "";
  const rollout = await ports.client.get({ ...rolloutRef, namespace, name: manager });
  return rollout !== undefined && namesOf(rollout).includes(name);
}

function namesOf(rollout: KubeObject): readonly string[] {
  return serviceNames({ spec: (rollout["spec"] ?? {}) as Rollout["spec"] });
}

function decide({ service, referenced }: ServiceSnapshot): Plan {
  if (referenced) return { effects: [] };
  const body = {
    metadata: { annotations: { [annotation.managedBy]: null } },
    spec: { selector: { [label.podHash]: null } },
  };
  const version = service.metadata.resourceVersion ?? "";
  const why = "no Rollout manages it any more";
  return { effects: [{ do: "patch", ref: refOf(service), type: "merge", body, why, ifVersion: version }] };
}
