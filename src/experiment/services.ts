import type { TemplateSpec, TemplateStatus } from "../api/experiment.ts";
import { isJson } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import { controllerOf, type KindRef, type KubeObject, refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import { ownerOf } from "../reconcile/owner.ts";
import { annotationsFor, type Pods, replicaSetName } from "./replicaSet.ts";
import type { ExperimentView } from "./view.ts";

export const serviceRef: KindRef = { apiVersion: "v1", kind: "Service" };

/** What is to be done about the Service of a template, and what the status says of it. */
export interface ServiceDecision {
  readonly grow: readonly Effect[];
  readonly shrink: readonly Effect[];
  readonly status: Pick<TemplateStatus, "serviceName" | "podTemplateHash">;
  /** Why there is no Service and will be none. */
  readonly problem?: string;
}

/** A port of a Service in front of a container's port. */
export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort: number;
  readonly protocol: string;
}

const none: ServiceDecision = { grow: [], shrink: [], status: {} };

/** The Service that a template asks for, by name; undefined when it asks for none. */
export function serviceNameOf(experiment: string, { name, service }: TemplateSpec): string | undefined {
  if (service === undefined) return undefined;
  return service.name === undefined || service.name === "" ? replicaSetName(experiment, name) : service.name;
}

/** Decides about the Service of a template: there before the pods, gone after the last one (analysis 5.4). */
export function serviceFor(
  view: ExperimentView,
  template: TemplateSpec,
  pods: Pods | undefined,
  desired: number,
): ServiceDecision {
  const name = serviceNameOf(view.name, template);
  if (name === undefined) return none;
  const service = view.seen.services.get(name);
  const isNeeded = desired > 0 && pods !== undefined;
  if (service === undefined) return isNeeded ? birth(view, template, name, pods) : none;
  if (belongs(view, template.name, service)) return kept(name, service, pods, desired);
  if (!isNeeded) return none;
  const taken = `service ${name} already exists and is not owned by experiment template ${template.name}`;
  return { ...none, problem: noService(name, template.name, taken) };
}

/** A Service that is not there yet: containers without ports need none. */
function birth(view: ExperimentView, template: TemplateSpec, name: string, pods: Pods): ServiceDecision {
  const ports = portsOf(template);
  if (pods.going || ports.length === 0) return none;
  const object = newService(view, template.name, { name, ports, pods });
  return { ...none, grow: [{ do: "create", object, why: "a Service for these pods" }] };
}

function kept(name: string, service: KubeObject, pods: Pods | undefined, desired: number): ServiceDecision {
  const isDone = desired === 0 && (pods === undefined || pods.available === 0);
  if (isDone) return { ...none, shrink: [removal(service)] };
  return {
    ...none,
    status: { serviceName: name, ...(pods !== undefined && { podTemplateHash: pods.hash }) },
  };
}

/** Why a template has no Service, in the words of its status. */
export function noService(service: string, template: string, cause: string): string {
  return `Failed to create Service ${service} for template '${template}': ${cause}`;
}

function belongs({ seen }: ExperimentView, template: string, service: KubeObject): boolean {
  const claimed = service.metadata.annotations?.[annotation.experimentTemplate] ?? template;
  return controllerOf(service)?.uid === seen.object.metadata.uid && claimed === template;
}

function removal(service: KubeObject): Effect {
  const { uid } = service.metadata;
  return {
    do: "delete",
    ref: refOf(service),
    why: "the last pod behind it is gone",
    ...(uid !== undefined && { ifUid: uid }),
  };
}

/** The ports of all containers, each with the protocol and name that it is declared with. */
export function portsOf({ template }: TemplateSpec): readonly ServicePort[] {
  return (template.spec?.containers ?? []).flatMap((container) => {
    const { ports } = container as { ports?: unknown };
    return (Array.isArray(ports) ? ports : []).filter(isJson).flatMap(({ name, containerPort, protocol }) => {
      if (typeof containerPort !== "number") return [];
      const named = typeof name === "string" && name !== "" ? { name } : {};
      return [
        { ...named, port: containerPort, targetPort: containerPort, protocol: String(protocol ?? "TCP") },
      ];
    });
  });
}

function newService(
  { seen, name: experiment, namespace }: ExperimentView,
  template: string,
  {
    name,
    ports,
    pods,
  }: { readonly name: string; readonly ports: readonly ServicePort[]; readonly pods: Pods },
): KubeObject {
  return {
    ...serviceRef,
    metadata: {
      name,
      namespace,
      annotations: annotationsFor(experiment, template),
      ownerReferences: [ownerOf(seen.object)],
    },
    spec: { selector: pods.labels, ports },
  };
}
