import type { TemplateSpec } from "../api/experiment.ts";
import type { ObjectRef } from "../api/object.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import { type Refusal, refusalOf } from "./refusals.ts";
import { type Pods, replicaSetName, replicaSetRef } from "./replicaSet.ts";
import { noService, type ServiceDecision, serviceNameOf, serviceRef } from "./services.ts";
import type { ExperimentView } from "./view.ts";

/** Why a template will never run, and the events that tell. */
export interface Trouble {
  readonly says: { readonly status: "Error"; readonly message: string };
  readonly events: readonly EventNote[];
}

/**
 * What ends a template: a name that belongs to somebody else, or a write that the API server refuses. What
 * may pass (conflicts, timeouts, a busy server) is only tried again (analysis 5.2, 5.4, 5.5).
 */
export function troubleWith(
  view: ExperimentView,
  template: TemplateSpec,
  pods: Pods | undefined,
  service: ServiceDecision,
): Trouble | undefined {
  const { seen, name, namespace } = view;
  const set: ObjectRef = {
    ...replicaSetRef,
    namespace,
    name: pods?.name ?? replicaSetName(name, template.name),
  };
  const refused = refusalOf(seen, set);
  if (refused !== undefined) return refusedSet(template.name, set.name, refused, pods);
  if (service.problem !== undefined) return trouble(service.problem);

  const asked = serviceNameOf(name, template);
  if (asked === undefined) return undefined;
  const denied = refusalOf(seen, { ...serviceRef, namespace, name: asked });
  return denied === undefined ? undefined : trouble(noService(asked, template.name, denied.message));
}

function trouble(message: string, events: readonly EventNote[] = []): Trouble {
  return { says: { status: "Error", message }, events };
}

function refusedSet(
  template: string,
  set: string,
  { effect, message }: Refusal,
  pods: Pods | undefined,
): Trouble | undefined {
  if (effect.do === "create") {
    const text = `Failed to create new replica set "${set}": ${message}`;
    return trouble(`Failed to create ReplicaSet for template '${template}': ${message}`, [
      { type: "Normal", reason: "ReplicaSetCreateError", message: text },
    ]);
  }
  const to = sizeIn(effect);
  if (to === undefined) return undefined;
  const direction = to > (pods?.size ?? 0) ? "up" : "down";
  return trouble(
    `Unable to scale ReplicaSet for template '${template}' to desired replica count '${to}': ${message}`,
    [
      {
        type: "Warning",
        reason: "ReplicaSetUpdateError",
        message: `Failed to scale ${set} ${direction}: ${message}`,
      },
    ],
  );
}

/** The size that a write was to give a ReplicaSet. */
function sizeIn(effect: Effect): number | undefined {
  if (effect.do !== "patch") return undefined;
  return (effect.body as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;
}
