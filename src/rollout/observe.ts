import { label } from "../api/labels.ts";
import { controllerOf, type KindRef, type KubeObject } from "../api/object.ts";
import { podTemplateHash } from "../api/podTemplate/hash.ts";
import { Problem } from "../api/problem.ts";
import type { Rollout } from "../api/rollout.ts";
import { matches } from "../api/selector.ts";
import { seconds } from "../api/time.ts";
import { keyParts } from "../reconcile/kind.ts";
import { type Ports, read } from "../reconcile/ports.ts";
import { remembered } from "../reconcile/remembered.ts";
import { type ConfiguredRouter, configuredRouters, type Routers, routers } from "../traffic/index.ts";
import { objectsSeen } from "../traffic/seen.ts";
import { experimentsOf, fullReplicaSets } from "./observeExperiments.ts";
import { neededPods } from "./observePods.ts";
import { findTemplates } from "./observeTemplates.ts";
import { problemOfReferences, problemOfSpec } from "./problems.ts";
import { RolloutReader } from "./reader.ts";
import type { RolloutSnapshot, RouterSeen, Template } from "./snapshot.ts";
import { namedRuns } from "./status.ts";
import { Twins } from "./twins.ts";
import type { Verifier } from "./verifier.ts";
import { resolveWorkload } from "./workload.ts";
import { isLeaving } from "./workloadHold.ts";

export const rolloutRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
export const replicaSetRef: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };
export const serviceRef: KindRef = { apiVersion: "v1", kind: "Service" };
export const runRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };

/** The index of Rollouts by the objects that they name: `kind/namespace/name`. */
export const usesIndex = "uses";

/** The index of ReplicaSets that belong to nobody, by namespace. */
export const orphanIndex = "orphan";

const hashOf = remembered((template: Template) => podTemplateHash(template));

/** Reads all that a decision about a Rollout needs. It remembers what the API server made of a template. */
export class Observer {
  readonly #table: Routers;
  readonly #verifier: Verifier | undefined;
  readonly #reader = new RolloutReader();
  readonly #twins = new Twins();

  constructor(table: Routers = routers, verifier?: Verifier | undefined) {
    this.#table = table;
    this.#verifier = verifier;
  }

  /** The snapshot of a Rollout; undefined when it is gone or being deleted and has nothing to give back. */
  async observe(key: string, ports: Ports): Promise<RolloutSnapshot | undefined> {
    const object = await read(ports, { ...rolloutRef, ...keyParts(key) });
    const isGoing = object?.metadata.deletionTimestamp !== undefined;
    if (object === undefined || (isGoing && !isLeaving(object))) {
      this.#twins.forget(key);
      this.#reader.forget(key);
      this.#verifier?.forget(key);
      return undefined;
    }
    const parsed = this.#reader.read(key, object);
    if ("problem" in parsed) return unreadable(key, object, parsed.problem, ports);
    if (isGoing) return basics(key, object, parsed.rollout, ports);
    const routing = routersIn(parsed.rollout, this.#table);
    const seenRouters = await routersSeen(routing.routers, parsed.rollout, ports);
    const base = { ...(await basics(key, object, parsed.rollout, ports)), routers: seenRouters };
    const problem = base.invalid ?? problemOfSpec(base) ?? routing.problem ?? problemOfReferences(base);
    if (problem !== undefined) return { ...base, invalid: problem };
    const seen = { ...base, twin: await this.#twins.of(base, ports) };
    const asked = this.#verifier?.observe(seen, ports);
    const pods = await neededPods(seen, ports, asked?.ids);
    return { ...seen, aws: asked?.aws, pods, fullReplicaSets: await fullReplicaSets(seen, ports) };
  }
}

/** The hash of the version; the template of one generation is hashed once. */
function versionOf(
  template: Template | undefined,
  { collisionCount }: NonNullable<Rollout["status"]>,
): string {
  if (template === undefined) return "";
  return collisionCount === undefined ? hashOf(template) : podTemplateHash(template, collisionCount);
}

async function basics(
  key: string,
  object: KubeObject,
  rollout: Rollout,
  ports: Ports,
): Promise<RolloutSnapshot> {
  const namespace = object.metadata.namespace ?? "";
  const { spec, status } = rollout;
  const resolved = await resolveWorkload(spec, namespace, ports);
  const { template, selector, workload } = resolved;
  const owned = ports.cache.ownedBy(replicaSetRef, object.metadata.uid ?? "");
  const belongs = (set: KubeObject) => matches(selector, set.metadata.labels);
  const known = resolved.problem === undefined;
  const orphans = ports.cache.indexed(replicaSetRef, orphanIndex, namespace);
  return {
    key,
    rollout,
    object,
    template,
    selector,
    hash: versionOf(template, status ?? {}),
    invalid:
      resolved.problem === undefined ? undefined : { message: resolved.problem, retryAfter: seconds(20) },
    replicaSets: known ? owned.filter(belongs) : owned,
    orphans: known ? orphans.filter((set) => isAdoptable(set) && belongs(set)) : [],
    strays: known ? owned.filter((set) => !belongs(set)) : [],
    twin: undefined,
    services: await servicesOf(rollout, namespace, ports),
    runs: await runsOf(rollout, object, ports),
    experiments: await experimentsOf(rollout, object, ports),
    templates: await findTemplates(rollout, namespace, ports),
    routers: [],
    workload,
    pods: undefined,
    takenNames: takenNames(key, ports),
    last: ports.last(key),
  };
}

function isAdoptable({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp === undefined && metadata.labels?.[label.podHash] !== undefined;
}

/** A Rollout whose fields have the wrong types: only its status can be told what is wrong. */
function unreadable(key: string, object: KubeObject, message: string, ports: Ports): RolloutSnapshot {
  const status = (object["status"] ?? {}) as Rollout["status"];
  return {
    key,
    rollout: {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: object.metadata,
      spec: {},
      status,
    },
    object,
    template: undefined,
    selector: undefined,
    hash: "",
    invalid: { message },
    replicaSets: ports.cache.ownedBy(replicaSetRef, object.metadata.uid ?? ""),
    orphans: [],
    strays: [],
    twin: undefined,
    services: new Map(),
    runs: [],
    experiments: [],
    templates: new Map(),
    routers: [],
    workload: undefined,
    pods: undefined,
    takenNames: new Set(),
    last: ports.last(key),
  };
}

/** The Services that a Rollout names, in the order in which they are looked up (rollout-core 3.3). */
export function serviceNames({ spec }: Pick<Rollout, "spec">): readonly string[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const { pingService, pongService } = canary?.pingPong ?? {};
  const names = [
    blueGreen?.activeService,
    blueGreen?.previewService,
    canary?.stableService,
    canary?.canaryService,
    pingService,
    pongService,
  ];
  return names.filter((name) => name !== undefined && name !== "") as string[];
}

async function servicesOf(
  rollout: Rollout,
  namespace: string,
  ports: Ports,
): Promise<ReadonlyMap<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  for (const name of serviceNames(rollout)) {
    const service = await read(ports, { ...serviceRef, namespace, name });
    if (service !== undefined) found.set(name, service);
  }
  return found;
}

/**
 * The runs of a Rollout; one that the status names and no watch has delivered yet is asked for. That may be
 * somebody else's: the status names a run also when its creation failed.
 */
async function runsOf(
  rollout: Rollout,
  { metadata }: KubeObject,
  ports: Ports,
): Promise<readonly KubeObject[]> {
  const runs = ports.cache.ownedBy(runRef, metadata.uid ?? "");
  const missing = namedRuns(rollout).filter((name) => !runs.some((run) => run.metadata.name === name));
  const namespace = metadata.namespace ?? "";
  const fetched = await Promise.all(missing.map((name) => ports.client.get({ ...runRef, namespace, name })));
  const isOurs = (run: KubeObject) => controllerOf(run)?.uid === metadata.uid;
  return [...runs, ...fetched.filter((run) => run !== undefined).filter(isOurs)];
}

/** The routers that a Rollout configures, or why they cannot be used. */
function routersIn(
  { spec }: Rollout,
  table: Routers,
): {
  readonly routers: readonly ConfiguredRouter[];
  readonly problem?: RolloutSnapshot["invalid"];
} {
  const { canary, blueGreen } = spec.strategy ?? {};
  if (canary?.trafficRouting === undefined || blueGreen !== undefined) return { routers: [] };
  try {
    return { routers: configuredRouters(canary.trafficRouting, table) };
  } catch (error) {
    if (error instanceof Problem) return { routers: [], problem: { message: error.message } };
    throw error;
  }
}

async function routersSeen(
  configured: readonly ConfiguredRouter[],
  { metadata, spec }: Rollout,
  ports: Ports,
): Promise<readonly RouterSeen[]> {
  const { stableService = "", trafficRouting } = spec.strategy?.canary ?? {};
  const managed = trafficRouting?.managedRoutes?.map((route) => route.name);
  const about = { namespace: metadata.namespace ?? "", name: metadata.name, stableService, managed };
  const found: RouterSeen[] = [];
  for (const one of configured) found.push({ ...one, ...(await objectsSeen(one, about, ports)) });
  return found;
}

/** The name that somebody else's object has, when our last create ran into it. */
function takenNames(key: string, ports: Ports): ReadonlySet<string> {
  const failed = ports.last(key)?.failed;
  if (failed === undefined || failed.effect === "status" || failed.effect.do !== "create") return new Set();
  return failed.error.reason === "AlreadyExists" ? new Set([failed.effect.object.metadata.name]) : new Set();
}
