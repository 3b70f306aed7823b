import { setTimeout as sleep } from "node:timers/promises";
import { type ControllerProcess, startController } from "./controller.ts";

/**
 * A controller that is started again whenever it has ended, as the kubelet does: it ends by itself when it
 * loses its lease, for instance because etcd is away for too long.
 */
export class Tended {
  readonly #kubeconfig: string;
  readonly #flags: readonly string[];
  readonly #running: Promise<void>;
  readonly #first = Promise.withResolvers<void>();
  #controller: ControllerProcess | undefined;
  #isOver = false;
  /** How often it was started. */
  starts = 0;

  constructor(kubeconfig: string, flags: readonly string[]) {
    this.#kubeconfig = kubeconfig;
    this.#flags = flags;
    this.#running = this.#tend();
  }

  /** Resolves when it was healthy for the first time. */
  async begun(): Promise<void> {
    await this.#first.promise;
  }

  /** Ends it at once, in the middle of whatever it does. */
  async kill(): Promise<void> {
    await this.#controller?.child.stop("SIGKILL");
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#controller?.child.stop("SIGTERM");
    await this.#running;
  }

  async #tend(): Promise<void> {
    while (!this.#isOver) {
      try {
        this.starts += 1;
        this.#controller = await startController(this.#kubeconfig, this.#flags);
        this.#first.resolve();
        while (!this.#isOver) {
          await this.#controller.child.check();
          await sleep(100);
        }
      } catch {
        await sleep(100); // it has ended, or did not become healthy
      } finally {
        await this.#controller?.stop();
      }
    }
  }
}
