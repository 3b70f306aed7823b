import { later, type Millis, seconds } from "../api/time.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";
import type { Source } from "./feed.ts";
import { randomFrom } from "./random.ts";
import type { WatchEvent } from "./watch.ts";
import type { Disturbed, World } from "./world.ts";

/** How often each fault happens: the chance of a request, or of a watch event, from 0 to 1. */
export interface FaultRates {
  /** 409 to a write. */
  readonly conflict: number;
  /** 429 or 500, nothing done. */
  readonly refused: number;
  /** Done, but the answer is lost. */
  readonly lost: number;
  /** The answer takes up to some seconds. */
  readonly slow: number;
  /** The controller ends, half of the time after the request was carried out. */
  readonly crash: number;
  /** A watch event comes up to some seconds late, and all after it. */
  readonly stale: number;
  /** A watch breaks; half of the time its past is forgotten (410). */
  readonly dropped: number;
}

/** How long the slowest answers and the latest events take. */
const longestDelay = seconds(8);

/** How long a controller that crashed is gone. */
const restartAfter = seconds(3);

/**
 * Disturbs what is between a controller and its cluster, until it is told to end. Seeded, so it can be
 * repeated.
 */
export class Faults {
  /** Whether anything still goes wrong. */
  active = true;
  /** How many faults of each kind have happened. */
  readonly happened = new Map<keyof FaultRates, number>();
  readonly #rates: FaultRates;
  readonly #random: () => number;

  constructor(rates: FaultRates, seed: number) {
    this.#rates = rates;
    this.#random = randomFrom(seed);
  }

  /** Put between a world and its controller: the `disturb` option. */
  readonly disturb = (world: World, client: Client, source: Source): Disturbed => ({
    client: this.#client(world, client),
    source: this.#source(world, source),
  });

  #strikes(fault: keyof FaultRates): boolean {
    if (!this.active || this.#rates[fault] === 0 || this.#random() >= this.#rates[fault]) return false;
    this.happened.set(fault, (this.happened.get(fault) ?? 0) + 1);
    return true;
  }

  #delay(): Millis {
    return Math.ceil(this.#random() * longestDelay) as Millis;
  }

  #client(world: World, client: Client): Client {
    const read = <T>(request: () => Promise<T>) => this.#request(world, request);
    const write = async <T>(request: () => Promise<T>) => {
      if (this.#strikes("conflict")) throw new ApiError(409, "Conflict", "the object has been modified");
      return this.#request(world, () => this.#written(world, request));
    };
    return {
      get: (ref) => read(() => client.get(ref)),
      list: (kind, selection) => read(() => client.list(kind, selection)),
      create: (object, options) => write(() => client.create(object, options)),
      replace: (object, subresource) => write(() => client.replace(object, subresource)),
      patch: (ref, patch) => write(() => client.patch(ref, patch)),
      delete: (ref, request) => write(() => client.delete(ref, request)),
      evict: (ref) => write(() => client.evict(ref)),
    };
  }

  async #request<T>(world: World, request: () => Promise<T>): Promise<T> {
    if (this.#strikes("slow")) await world.sleep(this.#delay());
    if (this.#strikes("refused")) {
      throw this.#random() < 0.5
        ? new ApiError(429, "TooManyRequests", "the server is busy")
        : new ApiError(500, "InternalError", "the server is in trouble");
    }
    return request();
  }

  async #written<T>(world: World, request: () => Promise<T>): Promise<T> {
    if (this.#strikes("crash")) {
      if (this.#random() < 0.5) await request();
      world.endController();
      world.clock.at(later(world.clock.now(), restartAfter), () => world.startController());
      return new Promise<never>(() => {});
    }
    const answer = await request();
    if (this.#strikes("lost")) throw new ApiError(0, "ECONNRESET", "the connection was reset");
    return answer;
  }

  #source(world: World, source: Source): Source {
    return {
      list: (kind, selection) => source.list(kind, selection),
      watch: (kind, selection, since, onEvent, onEnd) => {
        const line = new Line(world, onEvent);
        const end = source.watch(
          kind,
          selection,
          since,
          (event) => {
            if (this.#strikes("dropped")) this.#drop(world, line, onEnd, end);
            else line.take(event, this.#strikes("stale") ? this.#delay() : (0 as Millis));
          },
          onEnd,
        );
        return () => {
          line.close();
          end();
        };
      },
    };
  }

  #drop(world: World, line: Line, onEnd: () => void, end: () => void): void {
    if (line.closed) return;
    line.close();
    end();
    const forgets = this.#random() < 0.5;
    world.clock.at(later(world.clock.now(), this.#delay()), () => {
      if (forgets) world.cluster.forgetHistory();
      onEnd();
    });
  }
}

/** The events of a watch on their way: late ones hold up those behind them. */
class Line {
  closed = false;
  readonly #world: World;
  readonly #deliver: (event: WatchEvent) => void;
  #free: number;

  constructor(world: World, deliver: (event: WatchEvent) => void) {
    this.#world = world;
    this.#deliver = deliver;
    this.#free = world.clock.now();
  }

  take(event: WatchEvent, delay: Millis): void {
    if (this.closed) return;
    const { clock } = this.#world;
    const at = later(clock.now(), Math.max(delay, this.#free - clock.now()) as Millis);
    if (at <= clock.now()) {
      this.#deliver(event);
      return;
    }
    this.#free = at;
    clock.at(at, () => {
      if (!this.closed) this.#deliver(event);
    });
  }

  close(): void {
    this.closed = true;
  }
}

/** No fault at all. */
export const noFaults: FaultRates = {
  conflict: 0,
  refused: 0,
  lost: 0,
  slow: 0,
  crash: 0,
  stale: 0,
  dropped: 0,
};
