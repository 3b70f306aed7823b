import { crdOf } from "../api/crd.ts";
import { kinds } from "../api/kinds.ts";
import { controllerOf, type KindRef, type KubeObject, type ObjectRef, refOf } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { type Instant, later, seconds, since } from "../api/time.ts";
import type { Effect } from "../reconcile/effect.ts";
import { ApiError } from "../reconcile/ports.ts";
import { imagePatches, patchesOf } from "./actions.ts";
import { type PreparedDefinition, prepareDefinitions } from "./definitions.ts";
import { jsonOf, listOf, without } from "./json.ts";
import { looseDefinition } from "./looseKinds.ts";
import { simulatedMetrics } from "./metrics.ts";
import { fatesByImage } from "./pods.ts";
import { imagesFor, patienceFor, type Story } from "./story.ts";
import { type Moment, Timeline } from "./timeline.ts";
import { type RecordedEvent, World } from "./world.ts";

/** How a story ended. */
export type Ending = "completed" | "aborted" | "paused" | "stuck";

/** A story that was played. */
export interface Played {
  readonly outcome: Ending;
  readonly moments: readonly Moment[];
  /** The events since the update. */
  readonly events: readonly RecordedEvent[];
  /** The Rollout in the end. */
  readonly rollout: KubeObject;
}

const replicaSetRef: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };

/** The CustomResourceDefinitions of our kinds, ready for any number of clusters. */
export function ourDefinitions(): readonly PreparedDefinition[] {
  return prepareDefinitions(kinds.map((kind) => crdOf(kind) as unknown as KubeObject));
}

/** The longest story, whatever changes in it. */
const longest = seconds(30 * 86_400);

/**
 * Plays the update of a Rollout on a virtual clock: its objects are created, the first version settles, then
 * the update begins, and time passes until nothing more happens. Throws a `Problem` for objects that the
 * cluster or the controller refuses.
 */
export async function play(story: Story, definitions = ourDefinitions()): Promise<Played> {
  const stage = new Stage(story, definitions);
  await stage.build();
  const before = await stage.settleFirst();
  return stage.update(before);
}

/** A story being played. */
class Stage {
  readonly #story: Story;
  readonly #world: World;
  #timeline: Timeline | undefined;
  #updatedAt: Instant | undefined;

  constructor(story: Story, definitions: readonly PreparedDefinition[]) {
    this.#story = story;
    this.#world = new World({
      definitions,
      pods: { fate: fatesByImage(story.ailments, story.readyAfter) },
      measure: simulatedMetrics(story.metrics, () => this.#updatedAt),
      witness: {
        reconciled: (kind, key, _plan, { done }) => this.#reconciled(kind, key, done),
        failed: () => {},
      },
    });
  }

  /** Creates the objects: kinds first, Rollouts last, so that nothing is missing that only comes later. */
  async build(): Promise<void> {
    const rank = ({ kind }: KubeObject) =>
      kind === "Rollout" ? 2 : kind === "CustomResourceDefinition" ? 0 : 1;
    for (const object of [...this.#story.objects].sort((one, other) => rank(one) - rank(other))) {
      const { core } = this.#world.cluster;
      const { client } = this.#world;
      if (core.catalog.find(object) === undefined) await client.create(looseDefinition(object));
      const namespaced = core.catalog.of(object).namespaced;
      await refusable(object, () => client.create(fresh(object, namespaced, this.#story.rollout.namespace)));
    }
  }

  /** Lets the first version settle; returns the Rollout as it is then. */
  async settleFirst(): Promise<KubeObject> {
    const world = this.#world;
    const limit = later(world.clock.now(), patienceFor(this.#story));
    await world.run(limit, () => isHealthy(this.#rollout()));
    await world.run(later(world.clock.now(), seconds(30)));
    this.#checkSpec();
    await world.runUntil((Math.ceil(world.clock.now() / 1000) * 1000) as Instant);
    return this.#rollout();
  }

  /** Begins the update and plays it to its end. */
  async update(before: KubeObject): Promise<Played> {
    const world = this.#world;
    const workload = this.#workload(before);
    const patches = imagePatches(workload, imagesFor(this.#story, workload));
    if (patches.length === 0)
      throw new Problem("the update changes nothing: no container gets another image");
    const start = world.clock.now();
    const firstEvent = world.events.length;
    this.#updatedAt = start;
    this.#timeline = new Timeline(start, before);
    for (const patch of patches) await world.client.patch(refOf(workload), patch);
    this.#schedule(start);
    await this.#playOn(start);
    this.#checkSpec();
    this.#checkMachinery();
    const rollout = this.#rollout();
    const moments = this.#timeline?.moments ?? [];
    return { outcome: endingOf(rollout), moments, events: world.events.slice(firstEvent), rollout };
  }

  /** Has people do what the story says. */
  #schedule(start: Instant): void {
    const { clock, client } = this.#world;
    for (const { at, action } of this.#story.actions) {
      clock.at(later(start, at), () => {
        const rollout = this.#rollout();
        void (async () => {
          for (const patch of patchesOf(action, rollout, clock.now()))
            await client.patch(refOf(rollout), patch);
        })();
      });
    }
  }

  async #playOn(start: Instant): Promise<void> {
    const { clock } = this.#world;
    const patience = patienceFor(this.#story);
    const isOver = () => since(this.#timeline?.changedAt ?? start, clock.now()) > patience;
    await this.#world.run(later(start, longest), isOver);
  }

  #reconciled(kind: string, key: string, done: readonly Effect[]): void {
    const { namespace = "", name } = this.#story.rollout;
    if (this.#timeline === undefined || kind !== "rollout" || key !== `${namespace}/${name}`) return;
    const rollout = this.#rollout();
    const { uid } = rollout.metadata;
    const sets = this.#world.list(replicaSetRef, namespace).filter((set) => controllerOf(set)?.uid === uid);
    this.#timeline.add({ rollout, replicaSets: sets }, done, this.#world.clock.now());
  }

  #rollout(): KubeObject {
    const found = this.#world.get(this.#story.rollout);
    if (found === undefined) throw new Problem(`there is no Rollout ${this.#story.rollout.name}`);
    return found;
  }

  /** What carries the pod template: the Rollout, or what it refers to. */
  #workload(rollout: KubeObject): KubeObject {
    const { workloadRef } = jsonOf(rollout["spec"]);
    if (workloadRef === undefined) return rollout;
    const { namespace = "" } = rollout.metadata;
    return this.#world.get({ ...(workloadRef as ObjectRef), namespace }) ?? rollout;
  }

  #checkSpec(): void {
    const conditions = listOf(jsonOf(this.#rollout()["status"])["conditions"]).map(jsonOf);
    const refused = conditions.find(({ type, status }) => type === "InvalidSpec" && status === "True");
    if (refused !== undefined) throw new Problem(`InvalidSpec: ${String(refused["message"])}`);
  }

  #checkMachinery(): void {
    const [failure] = this.#world.failures;
    if (failure !== undefined) throw new Error(failure);
  }
}

/** The object as `kubectl apply` would send it: in a namespace, without what only the server writes. */
function fresh(object: KubeObject, namespaced: boolean, namespace = "default"): KubeObject {
  const server = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"];
  const metadata = without(object.metadata, ...server);
  const place = namespaced ? { namespace: object.metadata.namespace ?? namespace } : {};
  return { ...without(object, "status"), metadata: { ...metadata, ...place } } as KubeObject;
}

async function refusable(object: KubeObject, request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (error) {
    if (error instanceof ApiError)
      throw new Problem(`${object.kind}/${object.metadata.name}: ${error.message}`);
    throw error;
  }
}

function isHealthy(rollout: KubeObject): boolean {
  const { phase, observedGeneration } = jsonOf(rollout["status"]);
  return phase === "Healthy" && Number(observedGeneration) === rollout.metadata.generation;
}

function endingOf(rollout: KubeObject): Ending {
  const { phase, abort, stableRS, currentPodHash } = jsonOf(rollout["status"]);
  if (abort === true) return "aborted";
  if (phase === "Paused") return "paused";
  return phase === "Healthy" && stableRS === currentPodHash ? "completed" : "stuck";
}
