import type { KubeObject } from "../api/object.ts";
import type { Rollout } from "../api/rollout.ts";
import { type Ports, read } from "../reconcile/ports.ts";
import type { Template } from "./snapshot.ts";

/** The pod template and selector in force, and the object that they come from when it is another one. */
export interface Resolved {
  readonly template: Template | undefined;
  readonly selector: Rollout["spec"]["selector"];
  readonly workload: KubeObject | undefined;
  /** Why the reference leads nowhere, in the words of the condition. */
  readonly problem: string | undefined;
}

interface WorkloadSpec {
  readonly template?: Template;
  readonly selector?: Rollout["spec"]["selector"];
}

/** Takes template and selector from the Rollout, or from the workload that it refers to (rollout-core 4). */
export async function resolveWorkload(
  spec: Rollout["spec"],
  namespace: string,
  ports: Ports,
): Promise<Resolved> {
  const { workloadRef: ref, template, selector } = spec;
  if (ref === undefined)
    return { template: template as Template | undefined, selector, workload: undefined, problem: undefined };
  const nothing = { template: undefined, selector, workload: undefined };
  const { apiVersion = "", kind = "", name = "" } = ref;
  const group = groupOf(apiVersion);
  const isPodTemplate = group === "" && kind === "PodTemplate";
  if (!isPodTemplate && !isWorkload(group, kind)) {
    return { ...nothing, problem: `workload of type ${group}/${kind} is not supported` };
  }
  // A ReplicaSet in the cache has lost its template: it is asked for.
  const target = { apiVersion, kind, namespace, name };
  const workload = kind === "ReplicaSet" ? await ports.client.get(target) : await read(ports, target);
  if (workload === undefined) {
    const resource = isPodTemplate ? "podtemplates" : `${kind.toLowerCase()}s.apps`;
    return { ...nothing, problem: `${resource} "${name}" not found` };
  }
  if (isPodTemplate) {
    return { template: workload["template"] as Template, selector, workload, problem: undefined };
  }
  const source = (workload["spec"] ?? {}) as WorkloadSpec;
  return { template: source.template, selector: selector ?? source.selector, workload, problem: undefined };
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}

function isWorkload(group: string, kind: string): boolean {
  return group === "apps" && (kind === "Deployment" || kind === "ReplicaSet");
}
