import { later, type Millis, seconds } from "../../src/api/time.ts";
import type { ExperimentSnapshot } from "../../src/experiment/snapshot.ts";
import type { Kind } from "../../src/reconcile/kind.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import { type PreparedDefinition, prepareDefinitions } from "../../src/sim/definitions.ts";
import { Faults } from "../../src/sim/faults.ts";
import { looseDefinition } from "../../src/sim/looseKinds.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { World } from "../../src/sim/world.ts";
import { Actor } from "./acts.ts";
import type { Bug } from "./bug.ts";
import { DataPlane } from "./dataPlane.ts";
import { checkEnd, checkRest, Order } from "./ending.ts";
import type { Act, History, Mood, Setup } from "./history.ts";
import { Invariants } from "./invariants.ts";
import { at } from "./json.ts";
import { imageOf, rolloutOf, routingOf, surroundingsOf } from "./manifests.ts";

const definitions = ourDefinitions();
const foreign = new Map<string, readonly PreparedDefinition[]>();
const moods: Readonly<Record<Mood, Measured>> = {
  good: { is: "value", value: Float64Array.of(0.99), text: "[0.99]" },
  bad: { is: "value", value: Float64Array.of(0.1), text: "[0.1]" },
  unclear: { is: "value", value: Float64Array.of(0.7), text: "[0.7]" },
  error: { is: "error", message: "no answer" },
};

/** Our definitions, and those of the kinds of the router. */
function definitionsFor(setup: Setup): readonly PreparedDefinition[] {
  const routing = routingOf(setup);
  if (routing === undefined) return definitions;
  const known = foreign.get(setup.router);
  const kinds = new Map(routing.tells.map((one) => [`${one.apiVersion} ${one.kind}`, one]));
  const loose = [...kinds.values()].filter(({ apiVersion }) => !apiVersion.startsWith("networking.k8s.io"));
  const made =
    known ?? prepareDefinitions(loose.map((kind) => looseDefinition({ ...kind, metadata: { name: "" } })));
  foreign.set(setup.router, made);
  return [...definitions, ...made];
}

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
  readonly #actor: Actor;
  readonly #crash: Crash | undefined;
  #dataPlane: DataPlane | undefined;
  /** How many writes the controller has sent. */
  writes = 0;

  constructor(history: History, bug: Bug | undefined, crash: Crash | undefined) {
    const { setup, rates, seed } = history;
    this.#crash = crash;
    this.#history = history;
    this.#invariants = new Invariants(setup);
    this.#faults = new Faults(rates, seed);
    this.#faults.active = false;
    this.#actor = new Actor(setup, () => this.#world);
    this.#world = new World({
      definitions: definitionsFor(setup),
      pods: { fate: this.#actor.fate },
      measure: async () => moods[this.#actor.mood],
      disturb: (world, client, source) => {
        const ways = this.#faults.disturb(world, this.#counted(client), bug?.source?.(source) ?? source);
        return { ...ways, client: bug?.client?.(ways.client) ?? ways.client };
      },
      kinds: (kinds) => kinds.map((kind) => this.#watched(kind, bug)),
    });
  }

  get broken(): readonly string[] {
    return [...this.#invariants.broken, ...this.#world.failures];
  }

  readonly #report = (invariant: string, what: string) => this.#invariants.report(invariant, what);

  /** The first version comes into being, undisturbed. */
  async born(): Promise<void> {
    const { setup } = this.#history;
    for (const object of surroundingsOf(setup)) await this.#world.client.create(object);
    if (setup.workload !== "own") await this.pass(seconds(10));
    await this.#world.client.create(rolloutOf(setup));
    await this.pass(seconds(60));
    if (at(this.#actor.rollout(), "status", "phase") !== "Healthy") {
      this.#report("I6", "it is never deployed");
    }
    this.#dataPlane = new DataPlane(this.#world.cluster, setup, this.#report);
    this.#faults.active = true;
  }

  async pass(span: Millis): Promise<void> {
    await this.#world.runUntil(later(this.#world.clock.now(), span));
  }

  async suffer(act: Act): Promise<void> {
    if (hurts(act)) this.#dataPlane?.disturbed();
    await this.#actor.suffer(act);
  }

  /** All troubles but the faults end, and a last version goes out; pauses are ended by a person. */
  async updateToFinal(): Promise<void> {
    const world = this.#world;
    const actor = this.#actor;
    actor.heal();
    actor.mood = "good";
    await actor.do({ do: "resume" });
    await actor.do({ do: "retry" });
    const order = new Order(world, actor.setup);
    await actor.setImage(imageOf("final"));
    await this.#promoteUntil(stormy);
    this.#faults.active = false;
    if (world.controller === undefined) world.startController();
    await this.#promoteUntil(calm);
    await this.pass(seconds(120));
    if (!actor.isDone()) {
      const { phase, message, currentStepIndex } = at(actor.rollout(), "status") as Record<string, unknown>;
      const where = `it ends ${String(phase)} at step ${String(currentStepIndex)}`;
      return this.#report("I6", `${where}: ${String(message ?? "")}`);
    }
    order.check(this.#report);
    checkEnd(world, actor.setup, this.#report);
    await checkRest(world, () => this.writes, this.#report);
  }

  async #promoteUntil(span: Millis): Promise<void> {
    const end = later(this.#world.clock.now(), span);
    while (this.#world.clock.now() < end && !this.#actor.isDone()) {
      await this.pass(seconds(5));
      if (this.#actor.waitsForSomebody()) await this.#actor.do({ do: "promote" });
    }
  }

  /** A kind whose decisions are looked into; a bug sits between what is seen and what is decided. */
  #watched(kind: Kind, bug: Bug | undefined): Kind {
    if (kind.name === "experiment") return misled(kind, bug);
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

/** Experiments, with a bug between what is seen and what is decided. */
function misled(kind: Kind, bug: Bug | undefined): Kind {
  const { seesExperiment } = bug ?? {};
  if (seesExperiment === undefined) return kind;
  return { ...kind, decide: (seen, now) => kind.decide(seesExperiment(seen as ExperimentSnapshot), now) };
}

/** Whether it takes pods away, or makes them unavailable. */
function hurts(act: Act): boolean {
  if (act.is === "action") return act.action.do === "restart";
  return act.is === "sick" || act.is === "flap" || act.is === "podGone";
}
