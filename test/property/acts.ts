import { controllerOf, type KubeObject, refOf } from "../../src/api/object.ts";
import { type Instant, later, seconds } from "../../src/api/time.ts";
import { type Action, imagePatches, patchesOf } from "../../src/sim/actions.ts";
import { type Ailment, fatesByImage } from "../../src/sim/pods.ts";
import type { World } from "../../src/sim/world.ts";
import { stepsFor } from "./histories.ts";
import type { Act, Mood, Setup, Step } from "./history.ts";
import { at, numberAt } from "./json.ts";
import { deploymentRef, imageOf, rolloutRef, stepOf } from "./manifests.ts";

/** How far pods are apart that become unready, and ready again. */
const beat = seconds(4);

/** Does to a world what its history says. */
export class Actor {
  /** The setup as it is now: its steps can be edited. */
  setup: Setup;
  /** What the metric shows. */
  mood: Mood = "good";
  readonly #ailments = new Map<string, Ailment>();
  /** Counts the times when all troubles ended: what was to come before then comes no more. */
  #healed = 0;
  readonly #world: () => World;

  constructor(setup: Setup, world: () => World) {
    this.setup = setup;
    this.#world = world;
  }

  /** What becomes of pods, as the acts so far have it. */
  readonly fate = fatesByImage(this.#ailments, seconds(2));

  async suffer(act: Act): Promise<void> {
    const world = this.#world();
    switch (act.is) {
      case "action":
        return this.do(act.action);
      case "image":
        return this.setImage(imageOf(act.image));
      case "undo":
        return this.#undo();
      case "steps":
        return this.#edit(act.steps);
      case "autoscale":
        return this.#autoscale(act.replicas);
      case "sick":
        return this.#hurt(imageOf(act.image), act.how);
      case "flap":
        return this.#flap(imageOf(act.image), act.times);
      case "heal":
        return this.heal();
      case "metric":
        this.mood = act.mood;
        return;
      case "crash":
        world.endController();
        world.clock.at(later(world.clock.now(), seconds(2)), () => world.startController());
        return;
      case "podGone":
        return this.#losePod(act.which);
    }
  }

  heal(): void {
    this.#healed += 1;
    this.#ailments.clear();
    this.#world().wakePods();
  }

  async do(action: Action): Promise<void> {
    const world = this.#world();
    for (const patch of patchesOf(action, this.rollout(), world.clock.now()))
      await world.client.patch(rolloutRef, patch);
  }

  async setImage(image: string): Promise<void> {
    const ref = this.setup.workload === "own" ? rolloutRef : deploymentRef;
    const object = this.#world().get(ref);
    if (object === undefined) throw new Error("what has the template is gone");
    for (const patch of imagePatches(object, new Map([["shop", image]])))
      await this.#world().client.patch(ref, patch);
  }

  rollout(): KubeObject {
    const found = this.#world().get(rolloutRef);
    if (found === undefined) throw new Error("the Rollout is gone");
    return found;
  }

  /** Back to the revision before the last, as `kubectl argo rollouts undo` goes. */
  async #undo(): Promise<void> {
    const all = this.#world().list({ apiVersion: "apps/v1", kind: "ReplicaSet" });
    const own = all.filter((set) => controllerOf(set)?.kind === rolloutRef.kind);
    const revision = ({ metadata }: KubeObject) =>
      Number(metadata.annotations?.["rollout.argoproj.io/revision"] ?? 0);
    const [, former] = own.toSorted((one, other) => revision(other) - revision(one));
    const [container] = (at(former, "spec", "template", "spec", "containers") ?? []) as { image: string }[];
    if (container !== undefined) await this.setImage(container.image);
  }

  async #edit(steps: readonly Step[]): Promise<void> {
    if (this.setup.strategy === "blueGreen") return;
    this.setup = { ...this.setup, steps: stepsFor(this.setup, steps) };
    const canary = { steps: this.setup.steps.map(stepOf) };
    await this.#world().client.patch(rolloutRef, { type: "merge", body: { spec: { strategy: { canary } } } });
  }

  async #autoscale(replicas: number): Promise<void> {
    const body = { spec: { replicas } };
    await this.#world().client.patch(rolloutRef, { type: "merge", subresource: "scale", body });
  }

  #hurt(image: string, how: Ailment): void {
    this.#ailments.set(image, how);
    this.#world().wakePods();
  }

  #flap(image: string, times: number): void {
    const world = this.#world();
    const healed = this.#healed;
    for (let beats = 0; beats < 2 * times; beats += 1) {
      const when = (world.clock.now() + beats * beat) as Instant;
      world.clock.at(when, () => {
        if (this.#healed !== healed) return;
        if (beats % 2 === 0) return this.#hurt(image, "unready");
        this.#ailments.delete(image);
        world.wakePods();
      });
    }
  }

  async #losePod(which: number): Promise<void> {
    const pods = this.#world().list({ apiVersion: "v1", kind: "Pod" });
    const pod = pods[which % Math.max(1, pods.length)];
    if (pod !== undefined) await this.#world().client.delete(refOf(pod));
  }

  /** Whether the last version is what runs, and it is healthy. */
  isDone(): boolean {
    const rollout = this.rollout();
    const workload = this.#world().get(deploymentRef);
    const isSeen = numberAt(rollout, "status", "observedGeneration") === rollout.metadata.generation;
    const observed = at(rollout, "status", "workloadObservedGeneration");
    const isRead = workload === undefined || Number(observed) === workload.metadata.generation;
    return isSeen && isRead && at(rollout, "status", "phase") === "Healthy";
  }

  /** Whether it is paused until a person promotes it; a pause with a duration ends by itself. */
  waitsForSomebody(): boolean {
    const status = at(this.rollout(), "status");
    const pauses = at(status, "pauseConditions");
    if (!Array.isArray(pauses)) return false;
    const step = this.setup.steps[numberAt(status, "currentStepIndex")];
    const isTimed = step !== undefined && "pause" in step && step.pause > 0;
    return !isTimed || pauses.some((pause) => at(pause, "reason") !== "CanaryPauseStep");
  }
}
