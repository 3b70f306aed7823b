import { setTimeout as sleep } from "node:timers/promises";
import type { ControlPlane } from "./controlPlane.ts";
import type { Tended } from "./tended.ts";

/** A round of what happens; the pauses between are random. */
const round = ["kill", "api-server", "kill", "etcd"] as const;

/**
 * Kills the controller and restarts API server and etcd at random moments, in rounds, until it is told to
 * stop, yet at least one round.
 */
export class Disturber {
  readonly #plane: ControlPlane;
  readonly #controller: Tended;
  readonly #random: () => number;
  readonly #running: Promise<void>;
  #isOver = false;

  /** `random` is uniform in [0, 1). */
  constructor(plane: ControlPlane, controller: Tended, random: () => number, rounds: number) {
    this.#plane = plane;
    this.#controller = controller;
    this.#random = random;
    this.#running = this.#run(rounds);
    this.#running.catch(() => {}); // `end` tells
  }

  /** Resolves when what was begun is over. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(rounds: number): Promise<void> {
    const all = Array.from({ length: rounds }, () => round).flat();
    for (const [at, what] of all.entries()) {
      if (this.#isOver && at >= round.length) return;
      await sleep(500 + this.#random() * 4_500);
      await this.#do(what);
    }
  }

  async #do(what: (typeof round)[number]): Promise<void> {
    if (what === "kill") return this.#controller.kill();
    const downFor = this.#random() * 2_000;
    return what === "etcd" ? this.#plane.restartEtcd({ downFor }) : this.#plane.restartApiServer({ downFor });
  }
}

/** A small generator of numbers in [0, 1) that says the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
