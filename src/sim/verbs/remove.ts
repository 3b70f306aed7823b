import type { KubeObject } from "../../api/object.ts";
import { later, rfc3339, seconds } from "../../api/time.ts";
import type { DeleteRequest } from "../../reconcile/ports.ts";
import { type Core, existing, inVersion, shelfOf, type Target, type WriteOptions } from "../core.ts";
import { conflict } from "../failure.ts";
import { jsonOf, same } from "../json.ts";
import type { Resource } from "../resource.ts";
import { placeOf, putAsIs } from "./update.ts";

/** How an object is deleted, beyond what the client port can say. */
export interface RemoveOptions extends DeleteRequest, WriteOptions {
  readonly resourceVersion?: string | undefined;
  /** How long a running pod may take to end; 0 removes it at once. */
  readonly gracePeriodSeconds?: number | undefined;
}

/** What a delete came to: the object is gone, or still there until its finalizers and grace are done. */
export interface Removal {
  readonly object: KubeObject;
  readonly gone: boolean;
}

/** The finalizer of a deletion that waits for the dependents. */
export const foreground = "foregroundDeletion";
/** The finalizer of a deletion that lets the dependents live. */
export const orphan = "orphan";

/** Deletes an object, as a DELETE does; the collector then deletes or frees what it owned. */
export function remove(core: Core, resource: Resource, ref: Target, options: RemoveOptions = {}): Removal {
  const old = existing(core, resource, ref);
  checkPreconditions(resource, old, options);
  const finalizers = finalizersFor(
    old,
    options.propagation ?? resource.rules.propagation,
    options.propagation !== undefined,
  );
  const grace = graceOf(old, options);
  const waits = finalizers.length > 0 || grace > 0 || old.kind === "Namespace";
  if (options.dryRun === true) return { object: inVersion(old, resource), gone: !waits };
  if (!waits) {
    // Whoever watches pods sees them go before they are gone.
    if (old.kind === "Pod" && !resource.custom) putAsIs(core, resource, marked(old, finalizers, 0, core));
    const last = core.store.remove(shelfOf(resource), placeOf(resource, old.metadata)) ?? old;
    return { object: inVersion(last, resource), gone: true };
  }
  const going = marked(old, finalizers, grace, core);
  const object = same(going, old) ? old : putAsIs(core, resource, going);
  return { object: inVersion(object, resource), gone: false };
}

function checkPreconditions(resource: Resource, old: KubeObject, options: RemoveOptions): void {
  const { name, uid, resourceVersion } = old.metadata;
  const kind = { group: resource.group, plural: resource.kind };
  if (options.uid !== undefined && options.uid !== uid) {
    const why = mismatch("UID", options.uid, uid, "deleted and then recreated");
    throw conflict(kind, name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw conflict(
      kind,
      name,
      mismatch("ResourceVersion", options.resourceVersion, resourceVersion, "modified"),
    );
  }
}

function mismatch(what: string, wanted: string, found: string | undefined, fate: string): string {
  const differ = `the ${what} in the precondition (${wanted}) does not match`;
  return `${differ} the ${what} in record (${found}). The object might have been ${fate}`;
}

/** The collector's own finalizers follow the propagation that is asked for. */
function finalizersFor({ metadata }: KubeObject, propagation: string, asked: boolean): readonly string[] {
  const old = metadata.finalizers ?? [];
  const others = asked ? old.filter((finalizer) => finalizer !== foreground && finalizer !== orphan) : old;
  if (propagation === "Foreground") return [...others, foreground];
  return propagation === "Orphan" && !others.includes(orphan) ? [...others, orphan] : others;
}

/** Only a pod that is placed on a node and has not ended is given time. */
function graceOf(object: KubeObject, { gracePeriodSeconds }: RemoveOptions): number {
  if (object.kind !== "Pod" || object.apiVersion !== "v1") return 0;
  const spec = jsonOf(object["spec"]);
  const { phase } = jsonOf(object["status"]);
  if (spec["nodeName"] === undefined || phase === "Failed" || phase === "Succeeded") return 0;
  const own = spec["terminationGracePeriodSeconds"];
  return gracePeriodSeconds ?? (typeof own === "number" ? own : 30);
}

/** The object with the marks of a deletion that has begun. A deletion under way can only become shorter. */
function marked(old: KubeObject, finalizers: readonly string[], grace: number, { clock }: Core): KubeObject {
  const { metadata } = old;
  const begun = metadata.deletionTimestamp !== undefined;
  const before = metadata["deletionGracePeriodSeconds"];
  const shorter = !begun || (typeof before === "number" && grace < before);
  const { finalizers: _old, ...rest } = metadata;
  const generation =
    !begun && metadata.generation !== undefined ? { generation: metadata.generation + 1 } : {};
  const times = shorter
    ? { deletionTimestamp: rfc3339(later(clock.now(), seconds(grace))), deletionGracePeriodSeconds: grace }
    : {};
  const gone = old.kind === "Namespace" ? { status: { ...jsonOf(old["status"]), phase: "Terminating" } } : {};
  const kept = finalizers.length > 0 ? { finalizers } : {};
  return { ...old, metadata: { ...rest, ...generation, ...times, ...kept }, ...gone };
}
