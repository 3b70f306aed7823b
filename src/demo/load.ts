import { Agent, get } from "node:http";
import { versionHeader } from "./pod.ts";

/** What the answers of one version were like. */
export interface Tally {
  readonly requests: number;
  readonly failures: number;
  /** How many different users got a failure. */
  readonly usersHit: number;
  /** When the first failure came, in milliseconds of the clock. */
  readonly firstFailureAt: number | undefined;
  /** When the latest answer came. */
  readonly lastAnswerAt: number;
}

interface Counts {
  requests: number;
  failures: number;
  readonly usersHit: Set<number>;
  firstFailureAt: number | undefined;
  lastAnswerAt: number;
}

/** How the traffic is generated. */
export interface LoadOptions {
  readonly url: string;
  /** Requests in a second. */
  readonly rate: number;
  /** How many different users they come from. */
  readonly users: number;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** How many requests may wait for an answer; when so many do, no more are sent. */
const mostWaiting = 64;

/** The time between two bursts, in milliseconds. */
const beat = 20;

/** Users who send requests at an even rate once it is started, and what they saw. */
export class Load {
  readonly #options: LoadOptions;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: mostWaiting });
  readonly #counts = new Map<string, Counts>();
  #timer: NodeJS.Timeout | undefined;
  #sentAt = 0;
  #due = 0;
  #waiting = 0;
  #lost = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
  }

  start(): void {
    this.#sentAt = this.#options.now();
    this.#timer = setInterval(() => this.#beat(), beat);
  }

  /** The answers by version. */
  get tallies(): ReadonlyMap<string, Tally> {
    return new Map(
      [...this.#counts].map(([tag, counts]) => [tag, { ...counts, usersHit: counts.usersHit.size }]),
    );
  }

  /** How many requests met no version at all: no pod, or one that did not answer. */
  get lost(): number {
    return this.#lost;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#agent.destroy();
  }

  #beat(): void {
    const { now, rate } = this.#options;
    const at = now();
    this.#due = Math.min(this.#due + ((at - this.#sentAt) / 1000) * rate, rate / 4);
    this.#sentAt = at;
    for (; this.#due >= 1 && this.#waiting < mostWaiting; this.#due -= 1) this.#send();
  }

  #send(): void {
    const user = Math.floor(Math.random() * this.#options.users);
    this.#waiting += 1;
    const request = get(this.#options.url, { agent: this.#agent }, (answer) => {
      answer.resume();
      answer.once("close", () => {
        this.#waiting -= 1;
        this.#count(user, answer.headers[versionHeader], answer.statusCode ?? 0);
      });
    });
    request.once("error", () => {
      this.#waiting -= 1;
      this.#lost += 1;
    });
  }

  #count(user: number, tag: string | string[] | undefined, status: number): void {
    if (typeof tag !== "string") {
      this.#lost += 1;
      return;
    }
    const at = this.#options.now();
    const counts = this.#counts.get(tag) ?? {
      requests: 0,
      failures: 0,
      usersHit: new Set(),
      firstFailureAt: undefined,
      lastAnswerAt: at,
    };
    this.#counts.set(tag, counts);
    counts.requests += 1;
    counts.lastAnswerAt = at;
    if (status < 500) return;
    counts.failures += 1;
    counts.usersHit.add(user);
    counts.firstFailureAt ??= at;
  }
}
