import type { KubeObject } from "../../api/object.ts";
import { type Core, inVersion, keyOn, shelfOf, type WriteOptions } from "../core.ts";
import { badRequest, type Cause, failure } from "../failure.ts";
import { type Json, without } from "../json.ts";
import { type Applied, type ApplyConflict, applied, applyConflicts } from "../patch/apply.ts";
import type { Resource } from "../resource.ts";
import { create } from "./create.ts";
import { update } from "./update.ts";

/** Who applies. */
export interface ApplyOptions extends WriteOptions {
  readonly manager: string;
  /** Takes over fields that another manager has applied with other values. */
  readonly force?: boolean | undefined;
}

/** What a server-side apply came to. */
export interface Application {
  readonly object: KubeObject;
  readonly created: boolean;
}

/** What was applied to the objects of a cluster, by their uids. */
const applications = new WeakMap<Core, Map<string, Map<string, Json>>>();

/**
 * Makes an object as a manager declares it, as a server-side apply does. Only what was applied has an owner
 * here, so a field that was changed by an ordinary write is no conflict.
 */
export function apply(
  core: Core,
  resource: Resource,
  config: KubeObject,
  options: ApplyOptions,
): Application {
  const { name, namespace } = config.metadata;
  if (config.metadata["managedFields"] !== undefined) throw badRequest("metadata.managedFields must be nil");
  const old = core.store.get(shelfOf(resource), keyOn(resource.namespaced ? namespace : undefined, name));
  if (old === undefined) {
    const object = create(core, resource, config, options);
    remember(core, object, config, options);
    return { object, created: true };
  }
  const known: Applied = remembered(core, old);
  const others = new Map([...known].filter(([manager]) => manager !== options.manager));
  const claim = claimOf(config);
  const live = inVersion(old, resource);
  const conflicts = applyConflicts(live, claim, others, resource.schema);
  if (conflicts.length > 0 && options.force !== true) throw conflictOf(conflicts);
  const next = applied(
    live,
    claim,
    known.get(options.manager),
    others,
    resource.schema,
  ) as unknown as KubeObject;
  const asked = config.metadata.resourceVersion;
  const versioned = {
    ...next,
    metadata: { ...next.metadata, ...(asked === undefined ? {} : { resourceVersion: asked }) },
  };
  const object = update(core, resource, old, versioned, { dryRun: options.dryRun, isPatch: true });
  remember(core, object, config, options);
  return { object, created: false };
}

/** What a manager owns of what it applied: not the identity of the object. */
function claimOf(config: KubeObject): Json {
  const metadata = without(
    config.metadata,
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "creationTimestamp",
  );
  return { ...without(config, "apiVersion", "kind", "status"), metadata };
}

function remembered(core: Core, { metadata }: KubeObject): Map<string, Json> {
  return applications.get(core)?.get(metadata.uid ?? "") ?? new Map();
}

function remember(
  core: Core,
  object: KubeObject,
  config: KubeObject,
  { manager, dryRun }: ApplyOptions,
): void {
  if (dryRun === true) return;
  const all = applications.get(core) ?? new Map<string, Map<string, Json>>();
  applications.set(core, all);
  all.set(object.metadata.uid ?? "", remembered(core, object).set(manager, claimOf(config)));
}

function conflictOf(conflicts: readonly ApplyConflict[]): Error {
  const causes: readonly Cause[] = conflicts.map(({ manager, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${JSON.stringify(manager)}`,
    field,
  }));
  return failure(409, "Conflict", `Apply failed with ${conflictText(conflicts)}`, { causes });
}

function conflictText(conflicts: readonly ApplyConflict[]): string {
  const [only, ...more] = conflicts;
  if (only === undefined) return "0 conflicts";
  if (more.length === 0) return `1 conflict: conflict with ${JSON.stringify(only.manager)}: ${only.field}`;
  const lines = [...Map.groupBy(conflicts, ({ manager }) => manager)].flatMap(([manager, list]) => [
    `conflicts with ${JSON.stringify(manager)}:`,
    ...list.map(({ field }) => `- ${field}`),
  ]);
  return `${conflicts.length} conflicts: ${lines.join("\n")}`;
}
