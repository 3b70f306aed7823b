import type { Millis } from "../api/time.ts";
import { routeKind } from "./endpoints.ts";
import type { Film } from "./film.ts";
import type { Load } from "./load.ts";
import { rolloutRef } from "./manifests.ts";
import { type Moment, momentOf, versionAs } from "./moment.ts";
import { picture } from "./picture.ts";
import { numberFrom } from "./query.ts";
import type { Screen } from "./screen.ts";
import type { Stage } from "./stage.ts";
import { changes, statusLine, type Told } from "./tell.ts";

/** What a show is made of. */
export interface ShowOptions {
  readonly stage: Stage;
  readonly load: Load;
  readonly screen: Screen;
  /** Milliseconds since the demo began. */
  readonly now: () => number;
  /** Takes pictures too, where one is wanted. */
  readonly film: Film | undefined;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

/** The time between two pictures, and between two questions for the success rate, in milliseconds. */
const drawEvery = 200;
const askEvery = 500;

/** The time between two lines where there is no picture. */
const statusEvery = 2_000;

/** How many success rates are remembered. */
const mostRates = 100;

interface Waiter {
  holds(moment: Moment): boolean;
  done(moment: Moment): void;
}

/**
 * Looks at the demo on every change and a few times a second: shows what it sees, and tells who waits for it.
 */
export class Show {
  readonly #options: ShowOptions;
  readonly #rates: number[] = [];
  readonly #told: Told[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #ends: (() => void)[] = [];
  #moment: Moment;
  #statusAt: number;

  constructor(options: ShowOptions) {
    this.#options = options;
    this.#moment = this.#see();
    this.#statusAt = this.#moment.at;
    const { cluster } = options.stage;
    const look = () => this.#look();
    this.#ends.push(
      cluster.watch(rolloutRef, {}, look),
      cluster.watch(routeKind, {}, look),
      every(drawEvery, () => this.#draw()),
    );
  }

  /** Asks for the success rate from now on. */
  measure(): void {
    this.#ends.push(every(askEvery, () => void this.#ask()));
  }

  /** Resolves to the first moment at which it holds. Rejects when the demo ends first, or after the limit. */
  until(what: string, holds: (moment: Moment) => boolean, limit: Millis): Promise<Moment> {
    const { signal } = this.#options;
    return new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
        this.#waiters.delete(waiter);
      };
      const fail = (error: unknown) => {
        stop();
        reject(error);
      };
      const abort = () => fail(signal.reason);
      const late = () =>
        fail(new Error(`not within ${limit / 1000} s: ${what}. ${statusLine(this.#moment)}`));
      const timer = setTimeout(late, limit);
      const done = (moment: Moment) => {
        stop();
        resolve(moment);
      };
      const waiter: Waiter = { holds, done };
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort);
      this.#waiters.add(waiter);
      this.#look();
    });
  }

  /** Resolves to how things are after a while. Rejects when the demo ends first. */
  pass(span: Millis): Promise<Moment> {
    const end = this.#options.now() + span;
    return this.until("a while", ({ at }) => at >= end, (span + 10_000) as Millis);
  }

  /** Draws the last picture. */
  finish(): void {
    this.#draw();
    this.close();
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #see(): Moment {
    const { stage, load, now } = this.#options;
    return momentOf({ ...stage, load }, now(), this.#rates);
  }

  #look(): void {
    const before = this.#moment;
    this.#moment = this.#see();
    for (const told of changes(before, this.#moment)) {
      this.#told.push(told);
      this.#options.screen.tell(told);
    }
    for (const { holds, done } of this.#waiters) if (holds(this.#moment)) done(this.#moment);
  }

  #draw(): void {
    this.#look();
    const { screen, film } = this.#options;
    film?.take(this.#moment, this.#told);
    screen.draw(picture(this.#moment, this.#told, screen.width));
    const isEarly = versionAs(this.#moment, "stable") === undefined;
    if (isEarly || this.#moment.at < this.#statusAt + statusEvery) return;
    this.#statusAt = this.#moment.at;
    screen.status(this.#moment.at, statusLine(this.#moment));
  }

  async #ask(): Promise<void> {
    const { metrics, patched } = this.#options.stage;
    this.#rates.push(await numberFrom(metrics.url, patched.query));
    if (this.#rates.length > mostRates) this.#rates.shift();
  }
}

function every(millis: number, call: () => void): () => void {
  const timer = setInterval(call, millis);
  return () => clearInterval(timer);
}
