import { refOf } from "../../src/api/object.ts";
import { type Instant, later, type Millis, seconds } from "../../src/api/time.ts";
import type { Kind } from "../../src/reconcile/kind.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import { imagePatches, patchesOf } from "../../src/sim/actions.ts";
import { Faults } from "../../src/sim/faults.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { type Ailment, fatesByImage } from "../../src/sim/pods.ts";
import { World } from "../../src/sim/world.ts";
import type { Bug } from "./bugs.ts";
import { checkEnd, checkRest, Order } from "./ending.ts";
import type { Act, History, Mood } from "./history.ts";
import { at, Invariants } from "./invariants.ts";
import { imageOf, objectsOf, rolloutRef } from "./manifests.ts";

const definitions = ourDefinitions();
const moods: Readonly<Record<Mood, Measured>> = {
  good: { is: "value", value: Float64Array.of(0.99), text: "[0.99]" },
  bad: { is: "value", value: Float64Array.of(0.1), text: "[0.1]" },
  unclear: { is: "value", value: Float64Array.of(0.7), text: "[0.7]" },
  error: { is: "error", message: "no answer" },
};

/** How long the faults of the last update may last, and how long it may take afterwards. */
const stormy = seconds(120);
const calm = seconds(1800);

/** A controller that ends at its write number `at`, before or after that was carried out. */
export interface Crash {
  readonly at: number;
  readonly done: boolean;
}

/** What became of a history: what it breaks, and how many writes the controller has sent. */
export interface Lived {
  readonly broken: readonly string[];
  readonly writes: number;
}

/** Lives through a history and says which invariants it breaks. A bug is put into the controller first. */
export async function live(history: History, bug?: Bug): Promise<readonly string[]> {
  return (await livedThrough(history, bug)).broken;
}

/** Lives through a history, perhaps with a crash at one of the controller's writes. */
export async function livedThrough(history: History, bug?: Bug, crash?: Crash): Promise<Lived> {
  const life = new Life(history, bug, crash);
  await life.born();
  for (const { wait, act } of history.acts) {
    await life.pass(seconds(wait));
    await life.suffer(act);
  }
  await life.updateToFinal();
  return { broken: life.broken, writes: life.writes };
}

/** A world living through a history. */
class Life {
  readonly #history: History;
  readonly #invariants: Invariants;
  readonly #faults: Faults;
  readonly #world: World;
  readonly #ailments = new Map<string, Ailment>();
  readonly #crash: Crash | undefined;
  #mood: Mood = "good";
  /** How many writes the controller has sent. */
  writes = 0;

  constructor(history: History, bug: Bug | undefined, crash: Crash | undefined) {
    this.#crash = crash;
    this.#history = history;
    this.#invariants = new Invariants(history.setup);
    this.#faults = new Faults(history.rates, history.seed);
    this.#faults.active = false;
    this.#world = new World({
      definitions,
      pods: { fate: fatesByImage(this.#ailments, seconds(2)) },
      measure: async () => moods[this.#mood],
      disturb: (world, client, source) =>
        this.#faults.disturb(world, this.#counted(client), bug?.source?.(source) ?? source),
      kinds: (kinds) => kinds.map((kind) => this.#watched(kind, bug)),
    });
  }

  get broken(): readonly string[] {
    return [...this.#invariants.broken, ...this.#world.failures];
  }

  /** The first version comes into being, undisturbed. */
  async born(): Promise<void> {
    for (const object of objectsOf(this.#history.setup)) await this.#world.client.create(object);
    await this.pass(seconds(60));
    if (at(this.#rollout(), "status", "phase") !== "Healthy")
      this.#invariants.report("I6", "it is never deployed");
    this.#faults.active = true;
  }

  async pass(span: Millis): Promise<void> {
    await this.#world.runUntil(later(this.#world.clock.now(), span));
  }

  async suffer(act: Act): Promise<void> {
    const world = this.#world;
    switch (act.is) {
      case "action":
        return this.#do(act.action);
      case "image":
        return this.#setImage(act.image);
      case "sick":
        this.#ailments.set(imageOf(act.image), act.how);
        return world.wakePods();
      case "heal":
        this.#ailments.clear();
        return world.wakePods();
      case "metric":
        this.#mood = act.mood;
        return;
      case "crash":
        world.endController();
        world.clock.at(later(world.clock.now(), seconds(2)), () => world.startController());
        return;
      case "podGone": {
        const pods = world.list({ apiVersion: "v1", kind: "Pod" });
        const pod = pods[act.which % Math.max(1, pods.length)];
        if (pod !== undefined) await world.client.delete(refOf(pod));
      }
    }
  }

  /** All troubles but the faults end, and a last version goes out; pauses are ended by a person. */
  async updateToFinal(): Promise<void> {
    const world = this.#world;
    await this.suffer({ is: "heal" });
    this.#mood = "good";
    await this.#do({ do: "resume" });
    await this.#do({ do: "retry" });
    const order = new Order(world.cluster, this.#history.setup);
    await this.#setImage("final");
    await this.#promoteUntil(later(world.clock.now(), stormy));
    this.#faults.active = false;
    if (world.controller === undefined) world.startController();
    await this.#promoteUntil(later(world.clock.now(), calm));
    await this.pass(seconds(120));
    const report = (invariant: string, what: string) => this.#invariants.report(invariant, what);
    if (!this.#isDone()) {
      const { phase, message, currentStepIndex } = at(this.#rollout(), "status") as Record<string, unknown>;
      return report(
        "I6",
        `it ends ${String(phase)} at step ${String(currentStepIndex)}: ${String(message ?? "")}`,
      );
    }
    order.check(report);
    checkEnd(world, this.#history.setup, report);
    await checkRest(world, () => this.writes, report);
  }

  async #do(action: Parameters<typeof patchesOf>[0]): Promise<void> {
    const now = this.#world.clock.now();
    for (const patch of patchesOf(action, this.#rollout(), now))
      await this.#world.client.patch(rolloutRef, patch);
  }

  async #setImage(version: number | "final"): Promise<void> {
    const images = new Map([["web", imageOf(version)]]);
    for (const patch of imagePatches(this.#rollout(), images))
      await this.#world.client.patch(rolloutRef, patch);
  }

  async #promoteUntil(end: Instant): Promise<void> {
    while (this.#world.clock.now() < end && !this.#isDone()) {
      await this.pass(seconds(5));
      if (this.#waitsForSomebody()) await this.#do({ do: "promote" });
    }
  }

  /** Whether it is paused until a person promotes it; a pause with a duration ends by itself. */
  #waitsForSomebody(): boolean {
    const { pauseConditions, currentStepIndex } = at(this.#rollout(), "status") as Record<string, unknown>;
    if (!Array.isArray(pauseConditions)) return false;
    const step = this.#history.setup.steps[Number(currentStepIndex)];
    const isTimed = step !== undefined && "pause" in step && step.pause > 0;
    return !isTimed || pauseConditions.some((pause) => at(pause, "reason") !== "CanaryPauseStep");
  }

  #isDone(): boolean {
    const rollout = this.#rollout();
    const seen = Number(at(rollout, "status", "observedGeneration")) === rollout.metadata.generation;
    return seen && at(rollout, "status", "phase") === "Healthy";
  }

  #rollout() {
    const found = this.#world.get(rolloutRef);
    if (found === undefined) throw new Error("the Rollout is gone");
    return found;
  }

  /** A kind whose decisions are looked into; a bug sits between what is seen and what is decided. */
  #watched(kind: Kind, bug: Bug | undefined): Kind {
    if (kind.name !== "rollout") return kind;
    return {
      ...kind,
      observe: (key, ports) => kind.observe(key, ports),
      decide: (seen, now) => {
        const truth = seen as RolloutSnapshot;
        const decided = kind.decide(bug?.sees?.(truth) ?? truth, now);
        const plan = bug?.plans?.(decided, truth, now) ?? decided;
        this.#invariants.check(truth, plan);
        return plan;
      },
    };
  }

  #counted(client: Client): Client {
    const write = <T>(request: () => Promise<T>): Promise<T> => {
      this.writes += 1;
      return this.writes === this.#crash?.at ? this.#crashed(request, this.#crash.done) : request();
    };
    return {
      ...client,
      create: (object, options) =>
        options?.dryRun === true ? client.create(object, options) : write(() => client.create(object)),
      replace: (object, subresource) => write(() => client.replace(object, subresource)),
      patch: (ref, patch) => write(() => client.patch(ref, patch)),
      delete: (ref, request) => write(() => client.delete(ref, request)),
      evict: (ref) => write(() => client.evict(ref)),
    };
  }

  async #crashed<T>(request: () => Promise<T>, done: boolean): Promise<T> {
    if (done) await request();
    await this.suffer({ is: "crash" });
    return new Promise<never>(() => {});
  }
}
