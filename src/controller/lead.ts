import type { Logger } from "pino";
import type { KubeObject } from "../api/object.ts";
import { later, seconds } from "../api/time.ts";
import { EventRecorder } from "../kube/events.ts";
import type { WatchParts } from "../kube/watch.ts";
import { Cache } from "../reconcile/cache.ts";
import { keyOf } from "../reconcile/kind.ts";
import { type Loop, startLoop } from "../reconcile/loop.ts";
import type { Client, Clock, Recorder } from "../reconcile/ports.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { loggedRecorder, logWitness, witnesses } from "../telemetry/witness.ts";
import type { Reconciled, Table } from "./table.ts";
import { type Scope, Watches } from "./watches.ts";

/** What leading needs. */
export interface LeadOptions {
  readonly table: Table;
  readonly scope: Scope;
  readonly client: Client;
  readonly parts: WatchParts;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Seconds after which every object is looked at again; 0 for never. */
  readonly resync: number;
}

/**
 * How long the passes that are under way, and then the events that wait, may take to end, in milliseconds.
 */
const passPatience = 10_000;
const eventPatience = 3_000;

/** The work of the leader: watches, cache and one loop for each kind. */
export class Leading {
  readonly #options: LeadOptions;
  readonly #cache = new Cache();
  readonly #events: EventRecorder;
  readonly #watches: Watches;
  readonly #loops: readonly (readonly [name: string, loop: Loop<unknown>])[];
  #cancelResync = (): void => {};

  constructor(options: LeadOptions) {
    this.#options = options;
    const { table, scope, client, parts, clock, log, metrics } = options;
    this.#events = new EventRecorder({ client, log });
    const recorder: Recorder = loggedRecorder(log, metrics.recorder(this.#events));
    const witness = witnesses(logWitness(log), metrics.witness);
    this.#watches = new Watches(table, this.#cache, scope, parts, (index, key) =>
      this.#loops[index]?.[1].wake(key),
    );
    this.#loops = table.kinds.map((entry) => {
      const { kind, workers } = entry;
      this.#cache.subscribe(kind.of, (_, old, next) => {
        metrics.changed(kind.name, old, next);
        tell(recorder, entry, old, next);
      });
      const loop = startLoop({
        kind,
        ports: { clock, client },
        cache: this.#cache,
        recorder,
        witness,
        workers,
        paused: true,
      });
      return [kind.name, loop] as const;
    });
    metrics.lead(this.#cache, () => this.#loops.map(([name, loop]) => [name, loop.counts] as const));
  }

  /** Resolves when the caches are complete and the loops run. */
  async start(): Promise<void> {
    const { log, resync } = this.#options;
    log.info("Waiting for controller's informer caches to sync");
    if (!(await this.#watches.start())) return;
    for (const [, loop] of this.#loops) loop.resume();
    if (resync > 0) this.#resyncLater();
    log.info("Started controller");
  }

  /**
   * Ends the work in good order: what was begun is finished, what was recorded is written. Takes seconds at
   * most.
   */
  async stop(): Promise<void> {
    this.#cancelResync();
    const ended = Promise.all(this.#loops.map(([, loop]) => loop.stop()));
    await within(passPatience, ended);
    await this.#watches.stop();
    await this.#events.stop(eventPatience);
  }

  /** Writes nothing any more, at once. */
  async halt(): Promise<void> {
    this.#cancelResync();
    for (const [, loop] of this.#loops) void loop.pause();
    await this.#watches.stop();
  }

  #resyncLater(): void {
    const { clock, table, resync } = this.#options;
    this.#cancelResync = clock.at(later(clock.now(), seconds(resync)), () => {
      for (const [index, { kind }] of table.kinds.entries()) {
        for (const object of this.#cache.list(kind.of)) this.#loops[index]?.[1].wake(keyOf(object));
      }
      this.#resyncLater();
    });
  }
}

/** Records that an object has come or gone. */
function tell(
  recorder: Recorder,
  { greeting, farewell }: Reconciled,
  old?: KubeObject,
  next?: KubeObject,
): void {
  if (old !== undefined && next !== undefined) return;
  const about = next ?? old;
  const note = about && (next === undefined ? farewell : greeting)?.(about);
  if (about !== undefined && note !== undefined) recorder.record(about, note);
}

async function within(millis: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, millis)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
