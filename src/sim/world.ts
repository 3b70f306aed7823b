import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import { type Instant, instant, later, type Millis } from "../api/time.ts";
import type { EventNote } from "../reconcile/effect.ts";
import type { Kind } from "../reconcile/kind.ts";
import type { Measure } from "../reconcile/measure.ts";
import type { Outcome, Plan } from "../reconcile/plan.ts";
import { ApiError, type Client, type Witness } from "../reconcile/ports.ts";
import { startBuiltIns } from "./builtIns.ts";
import { turn, VirtualClock } from "./clock.ts";
import { Cluster } from "./cluster.ts";
import type { PreparedDefinition } from "./definitions.ts";
import type { Source } from "./feed.ts";
import type { PodModel } from "./pods.ts";
import { controllerKinds, Process } from "./process.ts";
import { sourceOf } from "./source.ts";

/** How a world is made. */
export interface WorldOptions {
  /** The CustomResourceDefinitions, ours included. */
  readonly definitions: readonly PreparedDefinition[];
  readonly pods: PodModel;
  readonly measure: Measure;
  /** The first instant. Default 2024-01-01T00:00:00Z. */
  readonly start?: Instant | undefined;
  readonly node?: string | undefined;
  /** Stands in for the kinds of the controller: tests look into their decisions. */
  readonly kinds?: ((kinds: readonly Kind[]) => readonly Kind[]) | undefined;
  /** Told of every plan of the controller. */
  readonly witness?: Witness | undefined;
  /** What stands between the controller and the cluster: faults are injected here. */
  readonly disturb?: ((world: World, client: Client, source: Source) => Disturbed) | undefined;
}

/** The ways of the controller to the cluster. */
export interface Disturbed {
  readonly client: Client;
  readonly source: Source;
}

/** An event as it was recorded. */
export interface RecordedEvent {
  readonly at: Instant;
  readonly about: KubeObject;
  readonly note: EventNote;
}

/**
 * A whole world on a virtual clock: a cluster in memory with its built-in controllers and pods, and our
 * controller, which can be ended and started again. The same options and requests give the same history.
 */
export class World {
  readonly clock: VirtualClock;
  readonly cluster: Cluster;
  /** The client of users: no fault reaches it. */
  readonly client: Client;
  readonly events: RecordedEvent[] = [];
  /** What must never happen: errors of the machinery, and looks that ask for the instant that they are at. */
  readonly failures: string[] = [];
  readonly #options: WorldOptions;
  readonly #builtIns: Process;
  #controller: Process | undefined;
  /** How many requests wait for time to pass. */
  #sleeping = 0;

  constructor(options: WorldOptions) {
    const { definitions, pods, node, start = instant("2024-01-01T00:00:00Z") } = options;
    this.#options = options;
    this.clock = new VirtualClock(start);
    this.cluster = new Cluster({ clock: this.clock, definitions, makesNamespaces: true });
    this.client = this.cluster.client();
    const source = sourceOf(this.cluster);
    const witness: Witness = { reconciled: () => {}, failed: (...failure) => this.#failed(...failure) };
    this.#builtIns = startBuiltIns({ clock: this.clock, client: this.client, source, pods, node, witness });
    this.startController();
  }

  /** The controller, when it runs. */
  get controller(): Process | undefined {
    return this.#controller;
  }

  /** Starts a controller that remembers nothing. */
  startController(): void {
    this.endController();
    const source = sourceOf(this.cluster);
    const alive = { is: true };
    const mortal = mortalClient(this.cluster.client(), () => alive.is);
    const ways = this.#options.disturb?.(this, mortal, source) ?? { client: mortal, source };
    const { measure, kinds = (all) => all } = this.#options;
    const table = controllerKinds(measure);
    const controller = new Process({
      ...ways,
      clock: this.clock,
      shapes: table.shapes,
      kinds: kinds(table.kinds),
      recorder: { record: (about, note) => void this.events.push({ at: this.clock.now(), about, note }) },
      witness: {
        reconciled: (...seen) => alive.is && this.#reconciled(...seen),
        failed: (...failure) => alive.is && this.#failed(...failure),
      },
    });
    this.#controller = controller;
    this.#kill = () => {
      alive.is = false;
      controller.stop();
    };
  }

  #kill = () => {};

  /** Ends the controller as a crash does: nothing that it had in mind is carried out. */
  endController(): void {
    this.#kill();
    this.#kill = () => {};
    this.#controller = undefined;
  }

  /** Has the model look at all pods again: their fates have changed. */
  wakePods(): void {
    this.#builtIns.wakeAll({ apiVersion: "v1", kind: "Pod" });
  }

  /** Resolves when so much time has passed; meanwhile the world counts as settled. */
  async sleep(span: Millis): Promise<void> {
    this.#sleeping += 1;
    await new Promise<void>((resolve) => this.clock.at(later(this.clock.now(), span), resolve));
    this.#sleeping -= 1;
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    do await turn();
    while (!this.#isQuiet());
  }

  /** Lets time pass until an instant. */
  async runUntil(to: Instant): Promise<void> {
    await this.clock.advance(to, () => this.settle());
  }

  /**
   * Lets time pass until nothing is left to happen, `until` says so, or the limit has come; returns whether
   * nothing is left to happen.
   */
  async run(limit: Instant, until: () => boolean = () => false): Promise<boolean> {
    await this.settle();
    while (!until() && this.clock.runNext(limit)) await this.settle();
    return this.clock.next() === undefined;
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.cluster.get(ref);
  }

  list(kind: KindRef, namespace?: string): readonly KubeObject[] {
    return this.cluster.list(kind, { namespace });
  }

  #isQuiet(): boolean {
    if (this.#sleeping > 0) return true;
    return this.#builtIns.idle && (this.#controller?.idle ?? true);
  }

  #reconciled(kind: string, key: string, plan: Plan, outcome: Outcome, took: number): void {
    const { requeueAt, effects, status } = plan;
    const isIdle = effects.length === 0 && status?.patch === undefined && took === 0;
    if (requeueAt !== undefined && isIdle && requeueAt <= this.clock.now()) {
      this.failures.push(`${kind} ${key}: a look that changes nothing asks for the instant that it is at`);
    }
    this.#options.witness?.reconciled(kind, key, plan, outcome, took);
  }

  #failed(kind: string, key: string, error: unknown): void {
    const expected = error instanceof ApiError;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (!expected) this.failures.push(`${kind} ${key}: ${text}`);
    this.#options.witness?.failed(kind, key, error);
  }
}

/** A client whose process may have ended: nothing that it asks for afterwards is done or answered. */
function mortalClient(client: Client, isAlive: () => boolean): Client {
  const never = new Promise<never>(() => {});
  const live = <T>(request: () => Promise<T>): Promise<T> =>
    isAlive() ? request().then((answer) => (isAlive() ? answer : never)) : never;
  return {
    get: (ref) => live(() => client.get(ref)),
    list: (kind, selection) => live(() => client.list(kind, selection)),
    create: (object, options) => live(() => client.create(object, options)),
    replace: (object, subresource) => live(() => client.replace(object, subresource)),
    patch: (ref, patch) => live(() => client.patch(ref, patch)),
    delete: (ref, request) => live(() => client.delete(ref, request)),
    evict: (ref) => live(() => client.evict(ref)),
  };
}
