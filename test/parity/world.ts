import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { type KindRef, type KubeObject, type ObjectRef, refOf } from "../../src/api/object.ts";
import { type Instant, instant, later, type Millis, seconds } from "../../src/api/time.ts";
import type { EventNote } from "../../src/reconcile/effect.ts";
import type { Client, Witness } from "../../src/reconcile/ports.ts";
import { rolloutKind, rolloutShapes } from "../../src/rollout/index.ts";
import { serviceKind } from "../../src/rollout/serviceCleanup.ts";
import type { Status } from "../../src/rollout/status.ts";
import { turn, VirtualClock } from "../../src/sim/clock.ts";
import { Cluster } from "../../src/sim/cluster.ts";
import { prepareDefinitions } from "../../src/sim/definitions.ts";
import type { Source } from "../../src/sim/feed.ts";
import { Process } from "../../src/sim/process.ts";
import { sourceOf } from "../../src/sim/source.ts";
import { differences, type Facts, factsOf, type Milestone } from "./facts.ts";
import { destiny, type Fates } from "./fate.ts";
import { expectTrace, told } from "./match.ts";

const crds = new URL("../../crds/", import.meta.url);
const definitions = prepareDefinitions(
  readdirSync(crds)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => parse(readFileSync(new URL(file, crds), "utf8")) as KubeObject),
);

export const rolloutRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
export const replicaSetRef: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };
export const serviceRef: KindRef = { apiVersion: "v1", kind: "Service" };
export const runRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };
export const namespace = "default";
export const t0: Instant = instant("2024-05-01T12:00:00Z");

/** The Rollout of every world. */
export const web: ObjectRef = { ...rolloutRef, namespace, name: "web" };

/** How a world begins. */
export interface Beginning {
  /** Everything of the Rollout's spec but selector and template. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Further objects; Services are made by name. */
  readonly objects?: readonly KubeObject[];
  readonly services?: readonly string[];
}

/** A write of the controller, as a test counts it. */
export interface Write {
  readonly verb: string;
  readonly kind: string;
  readonly name: string;
  readonly status: boolean;
  readonly body: unknown;
}

/**
 * The controller of Rollouts on a cluster in memory, beside an ideal controller of ReplicaSets, on a virtual
 * clock. It records every fact that a write of the controller changes, every write, and every event.
 */
export class World {
  readonly clock = new VirtualClock(t0);
  readonly cluster = new Cluster({ clock: this.clock, definitions, makesNamespaces: true });
  /** The client of users; nothing that it writes is recorded. */
  readonly client: Client = this.cluster.client();
  milestones: Milestone[] = [];
  events: EventNote[] = [];
  writes: Write[] = [];
  /** How the pods of a ReplicaSet fare, by its image. */
  fate: Fates = () => ({});
  /** Called before a write of the controller; what it throws is the answer of the API server. */
  before: (write: Write) => Promise<unknown> | unknown = () => undefined;
  /** How late the watches of the controller are. */
  lag: Millis | undefined;
  /** What the controller reported as gone wrong. */
  readonly failures: unknown[] = [];
  #facts: Facts = new Map();
  #pass = 0;
  #process: Process | undefined;

  constructor() {
    this.cluster.watch(replicaSetRef, {}, ({ type, object }) => {
      if (type === "ADDED" || type === "MODIFIED") this.#follow(object);
    });
    this.restart();
  }

  /** The running controller forgets everything and starts anew. */
  restart(): void {
    this.stop();
    const witness: Witness = {
      reconciled: () => {
        this.#pass += 1;
      },
      failed: (_kind, _key, error) => {
        this.failures.push(error);
      },
    };
    this.#process = new Process({
      clock: this.clock,
      client: this.#recording(this.cluster.client()),
      source: this.#lagging(sourceOf(this.cluster)),
      kinds: [rolloutKind(), serviceKind()],
      shapes: rolloutShapes,
      recorder: { record: (_about, note) => void this.events.push(note) },
      witness,
    });
  }

  stop(): void {
    this.#process?.stop();
    this.#process = undefined;
  }

  /** Lets some seconds pass; two are enough for everything that waits for company. */
  async pass(count = 2): Promise<void> {
    await this.clock.advance(later(this.clock.now(), seconds(count)), async () => {
      do await turn();
      while (this.#process?.idle === false);
    });
  }

  /** Forgets what has been observed so far. */
  forget(): void {
    this.milestones = [];
    this.events = [];
    this.writes = [];
    this.#facts = this.facts();
  }

  /** Does something as a user, and lets the controller react; only what it does is observed. */
  async act(what: () => Promise<unknown>, wait = 2): Promise<void> {
    await what();
    this.forget();
    await this.pass(wait);
  }

  /** The observed milestones tell the story of these rows; afterwards they are forgotten. */
  expect(rows: readonly string[]): void {
    expectTrace(this.milestones, rows);
    this.forget();
  }

  /** What was observed, for people. */
  get story(): string {
    return told(this.milestones);
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.cluster.get(ref);
  }

  get rollout(): KubeObject {
    const found = this.get(web);
    if (found === undefined) throw new Error("the Rollout is gone");
    return found;
  }

  get status(): Status {
    return (this.rollout["status"] ?? {}) as Status;
  }

  /** The conditions as `type status reason`, in their order. */
  get conditions(): readonly string[] {
    return (this.status.conditions ?? []).map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  }

  /** The reasons of the events since the last action, in order. */
  get reasons(): readonly string[] {
    return this.events.map(({ reason }) => reason);
  }

  /** Sizes of the ReplicaSets in the order of their creation. */
  get sizes(): readonly number[] {
    return this.replicaSets.map((set) => (set["spec"] as { replicas?: number } | undefined)?.replicas ?? 0);
  }

  /** The annotation of a ReplicaSet, 0 for the first. */
  annotation(at: number, key: string): string | undefined {
    return this.replicaSets[at]?.metadata.annotations?.[key];
  }

  /** The version that a Service selects. */
  selected(service: string): string {
    return this.facts().get(`${service}→`) ?? "";
  }

  /** The ReplicaSets of the Rollout in the order of their creation. */
  get replicaSets(): readonly KubeObject[] {
    return this.cluster
      .list(replicaSetRef, { namespace })
      .toSorted((one, other) => bornAt(one) - bornAt(other));
  }

  facts(): Facts {
    return factsOf({
      rollout: this.get(web),
      replicaSets: this.replicaSets,
      services: this.cluster.list(serviceRef, { namespace }),
      start: t0,
      version: (hash) => this.#versionOf(hash),
    });
  }

  readonly #versions = new Map<string, string>();

  #versionOf(hash: string): string {
    if (hash === "") return "";
    const known = this.#versions.get(hash) ?? `V${this.#versions.size + 1}`;
    this.#versions.set(hash, known);
    return known;
  }

  /** Sets the pods of a ReplicaSet as its fate says, for all of them now. */
  async followAll(): Promise<void> {
    for (const set of this.replicaSets) this.#follow(set);
    await this.pass(0);
  }

  #follow(set: KubeObject): void {
    const { status, after } = destiny(set, this.fate);
    if (status === undefined) return;
    const write = () => {
      const body = { status };
      this.client.patch(refOf(set), { type: "merge", subresource: "status", body }).catch(() => {});
    };
    if (after === undefined) write();
    else this.clock.at(later(this.clock.now(), after), write);
  }

  #lagging(source: Source): Source {
    return {
      ...source,
      watch: (kind, selection, since, onEvent, onEnd) => {
        const lagging: typeof onEvent = (event) => {
          if (this.lag === undefined) onEvent(event);
          else this.clock.at(later(this.clock.now(), this.lag), () => onEvent(event));
        };
        return source.watch(kind, selection, since, lagging, onEnd);
      },
    };
  }

  #recording(client: Client): Client {
    const noted = async <T>(write: Write, request: () => Promise<T>): Promise<T> => {
      await this.before(write);
      const answer = await request();
      this.writes.push(write);
      this.#observe();
      return answer;
    };
    const about = (verb: string, ref: ObjectRef, body: unknown, status = false) => ({
      verb,
      kind: ref.kind,
      name: ref.name,
      status,
      body,
    });
    return {
      ...client,
      create: (object, options) =>
        options?.dryRun === true
          ? client.create(object, options)
          : noted(about("create", refOf(object), object), () => client.create(object)),
      patch: (ref, patch) =>
        noted(about("patch", ref, patch.body, patch.subresource === "status"), () =>
          client.patch(ref, patch),
        ),
      delete: (ref, request) => noted(about("delete", ref, undefined), () => client.delete(ref, request)),
      evict: (ref) => noted(about("evict", ref, undefined), () => client.evict(ref)),
    };
  }

  #observe(): void {
    const facts = this.facts();
    const at = (this.clock.now() - t0) / 1000;
    for (const [name, value] of differences(this.#facts, facts)) {
      this.milestones.push({ pass: this.#pass, seconds: at, name, value });
    }
    this.#facts = facts;
  }
}

function bornAt({ metadata }: KubeObject): number {
  return metadata.uid === undefined ? 0 : Number.parseInt(metadata.uid.slice(-12), 16);
}
