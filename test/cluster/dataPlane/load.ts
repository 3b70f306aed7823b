import { Agent, request } from "node:http";
import { ports } from "./manifests.ts";

/** One request and what became of it; times are those of `performance.now()`. */
export interface Asked {
  readonly path: string;
  readonly at: number;
  readonly millis: number;
  /** 0 when no answer came. */
  readonly status: number;
  /** The pod hash of who answered; empty when none did. */
  readonly version: string;
}

/** How long an answer may take: on a busy machine it is late, which is no failure. */
const patienceMillis = 60_000;

/** So many under way means that the machine cannot keep up: then the rate gives way, not the machine. */
const mostUnderWay = 200;

/**
 * Sends requests to the proxy at a constant rate, however long the answers take. When the process was held up
 * for a moment what has become due goes at once, so that their number is right in the long run.
 */
export class Load {
  readonly #host: string;
  readonly #agent = new Agent({ keepAlive: true });
  #began = performance.now();
  readonly #perSecond: number;
  readonly #timer: NodeJS.Timeout;
  readonly #asked: Asked[] = [];
  readonly #underWay = new Set<Promise<void>>();
  #sent = 0;

  constructor(host: string, perSecond: number) {
    this.#host = host;
    this.#perSecond = perSecond;
    this.#timer = setInterval(() => this.#send(), 5);
  }

  /** How many were sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends no more, and answers what became of all of them. */
  async stop(): Promise<readonly Asked[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    this.#agent.destroy();
    return this.#asked;
  }

  #send(): void {
    const due = Math.floor(((performance.now() - this.#began) / 1000) * this.#perSecond);
    for (; this.#sent < due && this.#underWay.size < mostUnderWay; this.#sent++) {
      const one = this.#ask(`/${this.#sent}`);
      this.#underWay.add(one);
      void one.then(() => this.#underWay.delete(one));
    }
    if (this.#sent < due) this.#giveWay();
  }

  /** What is due but not sent is not due any more. */
  #giveWay(): void {
    this.#began = performance.now() - (this.#sent / this.#perSecond) * 1000;
  }

  #ask(path: string): Promise<void> {
    const at = performance.now();
    return new Promise((resolve) => {
      const end = (status: number, version = ""): void => {
        this.#asked.push({ path, at, millis: performance.now() - at, status, version });
        resolve();
      };
      const asking = request({
        agent: this.#agent,
        host: "127.0.0.1",
        port: ports.web,
        path,
        headers: { host: this.#host },
        timeout: patienceMillis,
      });
      asking.once("response", (reply) => {
        reply.resume();
        reply.once("close", () => {
          const whole = reply.complete;
          end(whole ? (reply.statusCode ?? 0) : 0, whole ? String(reply.headers["x-version"] ?? "") : "");
        });
      });
      asking.once("timeout", () => asking.destroy(new Error("no answer")));
      asking.once("error", () => end(0));
      asking.end();
    });
  }
}
