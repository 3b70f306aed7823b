import { analysisRunKind, measuringJobs } from "../analysis/index.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { experimentKind } from "../experiment/index.ts";
import { Cache } from "../reconcile/cache.ts";
import { type Kind, keyOf, type Shape } from "../reconcile/kind.ts";
import { type Loop, startLoop } from "../reconcile/loop.ts";
import type { Measure } from "../reconcile/measure.ts";
import { ApiError, type Client, type Clock, type Recorder, type Witness } from "../reconcile/ports.ts";
import { rolloutKind, rolloutShapes } from "../rollout/index.ts";
import { routingKind } from "../rollout/routingCleanup.ts";
import { serviceKind } from "../rollout/serviceCleanup.ts";
import { feed, type Source } from "./feed.ts";

/** What a process needs that reconciles kinds against an API server. */
export interface ProcessOptions {
  readonly clock: Clock;
  readonly client: Client;
  readonly source: Source;
  readonly kinds: readonly Kind[];
  readonly shapes: readonly Shape[];
  readonly recorder: Recorder;
  readonly witness: Witness;
  /** How many keys of a kind are worked on at a time. */
  readonly workers?: number;
}

/** The kinds that the controller looks after, and how they are kept in its cache. */
export function controllerKinds(measure: Measure): Pick<ProcessOptions, "kinds" | "shapes"> {
  const kinds = [rolloutKind(), analysisRunKind({ measure }), experimentKind(), serviceKind(), routingKind()];
  return { kinds, shapes: [...rolloutShapes, measuringJobs] };
}

/**
 * One process: a cache, its feeds, and a loop for each kind. It remembers nothing when it is started again.
 */
export class Process {
  readonly cache = new Cache();
  readonly loops: readonly Loop<unknown>[];
  readonly #options: ProcessOptions;
  readonly #feeds = new Map<string, () => void>();
  readonly #used = new Set<string>();

  constructor(options: ProcessOptions) {
    this.#options = options;
    const { kinds, shapes, workers = 4 } = options;
    for (const shape of shapes) this.cache.register(shape);
    for (const kind of kinds) {
      for (const each of [kind.of, ...kind.wokenBy.map((wake) => wake.kind)]) this.#feed(each);
    }
    for (const { kind } of shapes) this.#feed(kind);
    this.loops = kinds.map((kind) => {
      return startLoop({ ...options, ports: options, kind, cache: this.cache, workers });
    });
    for (const kind of kinds) this.#watchUsed(kind);
  }

  /** Whether no key is ready or being worked on and no reading is under way. */
  get idle(): boolean {
    return this.loops.every((loop) => loop.idle && loop.counts.readings === 0);
  }

  /** Has every object of a kind looked at. */
  wakeAll(kind: KindRef): void {
    const at = this.#options.kinds.findIndex(({ of }) => isSame(of, kind));
    for (const object of this.cache.list(kind)) this.loops[at]?.wake(keyOf(object));
  }

  /** Ends the process; requests under way may still be carried out. */
  stop(): void {
    for (const loop of this.loops) void loop.stop();
    for (const end of this.#feeds.values()) end();
    this.#feeds.clear();
  }

  /** Kinds that some object uses are watched from then on. */
  #watchUsed({ of, uses }: Kind): void {
    if (uses === undefined) return;
    const use = (object: KubeObject) => {
      for (const each of uses(object)) this.#beginUsed(each);
    };
    for (const object of this.cache.list(of)) use(object);
    this.cache.subscribe(of, (_, _old, next) => next && use(next));
  }

  /** A change of an object of a used kind wakes whoever says so. */
  #beginUsed(used: KindRef): void {
    const text = textOf(used);
    if (this.#used.has(text)) return;
    this.#used.add(text);
    for (const [index, kind] of this.#options.kinds.entries()) {
      const wake = kind.wokenByUsed?.(used);
      if (wake === undefined) continue;
      if (wake.indices !== undefined) this.cache.register({ kind: used, indices: wake.indices });
      this.cache.subscribe(used, (_, old, next) => {
        for (const object of [old, next]) {
          if (object !== undefined)
            for (const key of wake.keys(object, this.cache)) this.loops[index]?.wake(key);
        }
      });
    }
    this.#feed(used);
  }

  /** A kind that is not installed is not watched. */
  #feed(kind: KindRef): void {
    const text = textOf(kind);
    if (this.#feeds.has(text)) return;
    try {
      this.#feeds.set(text, feed(this.cache, kind, this.#options.source));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error;
      this.#feeds.set(text, () => {});
    }
  }
}

function textOf({ apiVersion, kind }: KindRef): string {
  return `${apiVersion} ${kind}`;
}

function isSame(one: KindRef, other: KindRef): boolean {
  return textOf(one) === textOf(other);
}
