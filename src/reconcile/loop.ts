import type { KubeObject, ObjectRef } from "../api/object.ts";
import { type Instant, later, seconds, since } from "../api/time.ts";
import { applyPlan, isPaused } from "./apply.ts";
import type { Cache } from "./cache.ts";
import { type Kind, keyOf, keyParts, type Wake } from "./kind.ts";
import type { Outcome, Plan } from "./plan.ts";
import type { Client, Clock, Ports, Reading, Recorder, Witness } from "./ports.ts";
import { Queue, type Verdict } from "./queue.ts";
import { ReadingPool } from "./readings.ts";
import type { Totals } from "./tally.ts";

/** What a loop needs. */
export interface LoopOptions<Seen> {
  readonly kind: Kind<Seen>;
  readonly ports: { readonly clock: Clock; readonly client: Client };
  readonly cache: Cache;
  readonly recorder: Recorder;
  readonly witness: Witness;
  /** How many keys are worked on at a time. */
  readonly workers: number;
  /** Whether it only collects keys until `resume()`: while another process leads or lists are incomplete. */
  readonly paused?: boolean;
}

/** What a loop remembers of a key between two looks. */
interface Memory {
  last?: Outcome;
  /** When a status that is not urgent was first held back. */
  heldSince?: Instant | undefined;
  /** How many looks in a row have written something. */
  busy: number;
}

/** How long a status that is not urgent waits for company. */
const hold = seconds(1);

/** How many keys that were only woken are worked on at a time where others are urgent. */
const fewWoken = 4;

/** A look that takes longer than this is reported. */
const patience = seconds(60);

/** After so many looks in a row that wrote something, the next ones are slowed down. */
const busyAfter = 20;

/**
 * The loop of one kind: it observes, decides, applies, and looks again when something changes or time has
 * come.
 */
export class Loop<Seen> {
  readonly #options: LoopOptions<Seen>;
  readonly #queue: Queue;
  readonly #readings: ReadingPool;
  readonly #ports: Ports;
  readonly #memory = new Map<string, Memory>();
  readonly #unsubscribe: (() => void)[];
  /** Counts the pauses: what was begun before a pause writes nothing after it. */
  #term = 0;

  constructor(options: LoopOptions<Seen>) {
    const { kind, cache, ports, workers, witness } = options;
    this.#options = options;
    const failed = (key: string, error: unknown) => witness.failed(kind.name, key, error);
    const waited = (millis: number) => witness.waited?.(kind.name, millis);
    this.#queue = new Queue({
      clock: ports.clock,
      workers,
      wokenAtATime: kind.isUrgent && fewWoken,
      failed,
      waited,
      work: (key) => this.#watch(key),
    });
    this.#readings = new ReadingPool({
      clock: ports.clock,
      wake: (key, reading) => this.#arrived(key, reading),
    });
    this.#ports = { ...ports, cache, readings: this.#readings, last: (key) => this.last(key) };
    if (options.paused) void this.#queue.pause();
    this.#unsubscribe = [
      cache.subscribe(kind.of, (_, old, next) => this.#wakeFor(next ?? old)),
      ...kind.wokenBy.map((wake) =>
        cache.subscribe(wake.kind, (_, old, next) => this.#wakeBy(wake, old, next)),
      ),
    ];
    for (const key of kind.atStart ?? []) this.#queue.add(key);
    for (const object of cache.list(kind.of)) this.#queue.add(keyOf(object));
  }

  /** Has a key looked at now. */
  wake(key: string): void {
    this.#queue.add(key);
  }

  /** What became of the last plan for a key. */
  last(key: string): Outcome | undefined {
    return this.#memory.get(key)?.last;
  }

  /** Whether no key is ready or being worked on; readings under way and delayed keys do not count. */
  get idle(): boolean {
    return this.#queue.idle;
  }

  /** Resolves when the loop is idle. */
  whenIdle(): Promise<void> {
    return this.#queue.whenIdle();
  }

  /**
   * How many keys wait for a worker, are worked on, and wait for their instant, and how many readings are
   * under way.
   */
  get counts(): Queue["counts"] & Totals & { readonly readings: number } {
    return { ...this.#queue.counts, ...this.#queue.totals, readings: this.#readings.underWay };
  }

  /**
   * Writes nothing any more from now on, but keeps collecting keys; resolves when what was begun has ended.
   */
  pause(): Promise<void> {
    this.#term += 1;
    return this.#queue.pause();
  }

  /** Looks at keys again, with those that were collected. */
  resume(): void {
    this.#queue.resume();
  }

  /**
   * Begins nothing any more and ends all readings; resolves when what was begun has ended, writes included.
   */
  stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#readings.stop();
    return this.#queue.stop();
  }

  #arrived(key: string, reading: Reading): void {
    if (this.#options.kind.isUrgent?.(reading)) this.#queue.addUrgent(key);
    else this.#queue.add(key);
  }

  #wakeFor(object: KubeObject | undefined): void {
    if (object !== undefined) this.#queue.add(keyOf(object));
  }

  #wakeBy(wake: Wake, old: KubeObject | undefined, next: KubeObject | undefined): void {
    const { kind, cache, witness } = this.#options;
    if (wake.byGeneration === true && isSameGeneration(old, next)) return;
    for (const object of [old, next]) {
      if (object === undefined) continue;
      try {
        for (const key of wake.keys(object, cache)) this.#queue.add(key);
      } catch (error) {
        witness.failed(kind.name, keyOf(object), error);
      }
    }
  }

  async #watch(key: string): Promise<Verdict> {
    const { kind, ports, witness } = this.#options;
    const startedAt = ports.clock.now();
    const cancel = ports.clock.at(later(startedAt, patience), () => {
      witness.failed(
        kind.name,
        key,
        new Error(`a look at it has taken more than ${patience / 1000} seconds`),
      );
    });
    try {
      return await this.#reconcile(key, startedAt);
    } finally {
      cancel();
    }
  }

  async #reconcile(key: string, startedAt: Instant): Promise<Verdict> {
    const { kind, ports, cache, recorder, witness } = this.#options;
    const term = this.#term;
    const about = cache.get(this.#ref(key));
    const seen = await kind.observe(key, this.#ports);
    if (seen === undefined) return this.#forget(key);

    const now = ports.clock.now();
    const plan = kind.decide(seen, now);
    const memory = this.#memoryOf(key);
    const holdStatus = isHeld(memory, plan, now);
    const mayWrite = () => this.#term === term;
    const outcome = await applyPlan(plan, {
      client: ports.client,
      cache,
      recorder,
      about,
      holdStatus,
      mayWrite,
    });
    witness.reconciled(kind.name, key, plan, outcome, since(startedAt, ports.clock.now()));
    if (outcome.failed !== undefined && isPaused(outcome.failed.error)) {
      return this.#term === term ? "retry" : this.#again(key); // refused below us: not at once again
    }
    return this.#next(key, memory, plan, outcome, now);
  }

  /**
   * Says when to look again. A conflict is looked at again after a back-off too, which begins with a
   * millisecond.
   */
  #next(key: string, memory: Memory, plan: Plan, outcome: Outcome, now: Instant): Verdict {
    memory.last = outcome;
    if (outcome.status === "written") memory.heldSince = undefined;
    memory.busy = busyAfterwards(memory.busy, outcome);
    if (memory.busy > busyAfter) {
      const slower = Math.min(2 ** (memory.busy - busyAfter) / 1000, 1);
      this.#queue.defer(key, later(this.#options.ports.clock.now(), seconds(slower)));
    }
    if (outcome.done.length > 0) this.#queue.add(key);
    if (outcome.status === "held") this.#queue.addAt(key, later(memory.heldSince ?? now, hold));

    const { requeueAt, problem } = plan;
    const isLate = requeueAt !== undefined && requeueAt <= now;
    if (requeueAt !== undefined && !isLate) this.#queue.addAt(key, requeueAt);
    return isLate || outcome.failed !== undefined || problem !== undefined ? "retry" : "done";
  }

  #again(key: string): Verdict {
    this.#queue.add(key);
    return "done";
  }

  #forget(key: string): Verdict {
    this.#memory.delete(key);
    this.#readings.keep(key, new Set());
    return "done";
  }

  #memoryOf(key: string): Memory {
    const known = this.#memory.get(key);
    if (known !== undefined) return known;
    const memory: Memory = { busy: 0 };
    this.#memory.set(key, memory);
    return memory;
  }

  #ref(key: string): ObjectRef {
    return { ...this.#options.kind.of, ...keyParts(key) };
  }
}

/** Starts the loop of a kind, with the keys of its start and every object of it that the cache has. */
export function startLoop<Seen>(options: LoopOptions<Seen>): Loop<Seen> {
  return new Loop(options);
}

function isSameGeneration(old: KubeObject | undefined, next: KubeObject | undefined): boolean {
  const generation = old?.metadata.generation;
  if (generation === undefined || old?.metadata.uid !== next?.metadata.uid) return false;
  return generation === next?.metadata.generation;
}

/** How many looks in a row have written something; one that could not write is no rest. */
function busyAfterwards(busy: number, { done, status, failed }: Outcome): number {
  if (done.length > 0 || status === "written") return busy + 1;
  return failed === undefined ? 0 : busy;
}

/**
 * Whether the status waits for company: its patch is not urgent and was first held less than a second ago. It
 * is not lost: each look decides it anew from the status that is there.
 */
function isHeld(memory: Memory, plan: Plan, now: Instant): boolean {
  const { status } = plan;
  if (status?.patch === undefined) memory.heldSince = undefined;
  if (status?.patch === undefined || status.urgent) return false;
  memory.heldSince ??= now;
  return now < later(memory.heldSince, hold);
}
