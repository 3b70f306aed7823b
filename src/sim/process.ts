import { analysisRunKind, measuringJobs } from "../analysis/index.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { experimentKind } from "../experiment/index.ts";
import { Cache } from "../reconcile/cache.ts";
import { type Kind, keyOf, type Shape } from "../reconcile/kind.ts";
import { type Loop, startLoop } from "../reconcile/loop.ts";
import type { Measure } from "../reconcile/measure.ts";
import type { Client, Clock, Recorder, Witness } from "../reconcile/ports.ts";
import { namedBy, rolloutKind, rolloutShapes } from "../rollout/index.ts";
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
  const kinds = [rolloutKind(), analysisRunKind({ measure }), experimentKind(), serviceKind()];
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

  constructor(options: ProcessOptions) {
    this.#options = options;
    const { kinds, shapes, workers = 4 } = options;
    for (const shape of shapes) this.cache.register(shape);
    for (const kind of kinds) {
      for (const each of [kind.of, ...kind.wokenBy.map((wake) => wake.kind)]) this.#feed(each);
    }
    for (const { kind } of shapes) this.#feed(kind);
    this.loops = kinds.map((kind) => {
      const loop = startLoop({ ...options, ports: options, kind, cache: this.cache, workers });
      this.#watchUsed(kind, loop);
      return loop;
    });
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

  /** Kinds that some object uses are watched from then on, and wake who names their objects. */
  #watchUsed(kind: Kind, loop: Loop<unknown>): void {
    const { uses } = kind;
    if (uses === undefined) return;
    const watched = new Set<string>();
    const use = (object: KubeObject) => {
      for (const each of uses(object)) {
        const text = textOf(each);
        if (watched.has(text)) continue;
        watched.add(text);
        const wake = namedBy(each);
        this.cache.subscribe(each, (_, old, next) => {
          const changed = next ?? old;
          if (changed !== undefined) for (const key of wake.keys(changed, this.cache)) loop.wake(key);
        });
        this.#feed(each);
      }
    };
    for (const object of this.cache.list(kind.of)) use(object);
    this.cache.subscribe(kind.of, (_, _old, next) => next && use(next));
  }

  /** A kind that is not installed is not watched. */
  #feed(kind: KindRef): void {
    const text = textOf(kind);
    if (this.#feeds.has(text)) return;
    try {
      this.#feeds.set(text, feed(this.cache, kind, this.#options.source));
    } catch {
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
