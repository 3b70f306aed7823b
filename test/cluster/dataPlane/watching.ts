import { setTimeout as sleep } from "node:timers/promises";
import type { Sample } from "./figures.ts";
import type { Driver } from "./manifests.ts";
import type { TraefikProcess } from "./traefikProcess.ts";

/** Asks the proxy again and again what it does. */
export class Watching {
  readonly #samples: Sample[] = [];
  readonly #done: Promise<void>;
  #ends = false;

  constructor(proxy: TraefikProcess, driver: Driver) {
    this.#done = this.#watch(proxy, driver);
  }

  async stop(): Promise<readonly Sample[]> {
    this.#ends = true;
    await this.#done;
    return this.#samples;
  }

  async #watch(proxy: TraefikProcess, driver: Driver): Promise<void> {
    while (!this.#ends) {
      const asked = performance.now();
      const shared = await proxy.shared(driver).catch(() => undefined); // too busy to answer: asked again
      if (shared !== undefined) this.#samples.push({ ...shared, asked, answered: performance.now() });
      await sleep(20);
    }
  }
}
