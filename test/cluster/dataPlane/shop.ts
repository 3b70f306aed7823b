import { label } from "../../../src/api/labels.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import type { Client } from "../../../src/reconcile/ports.ts";
import { until } from "../support/child.ts";
import { type Driver, rolloutRef, template } from "./manifests.ts";

interface Status {
  readonly phase?: string;
  readonly observedGeneration?: string;
  readonly currentPodHash?: string;
  readonly stableRS?: string;
  readonly pauseConditions?: readonly object[];
  readonly canary?: { readonly weights?: { readonly canary?: { readonly weight?: number } } };
}

const limit = { seconds: 180 };

/** The Rollout of a driver, as its user and its observers see it. */
export class Shop {
  readonly driver: Driver;
  readonly #client: Client;

  constructor(client: Client, driver: Driver) {
    this.#client = client;
    this.driver = driver;
  }

  async status(): Promise<Status> {
    return ((await this.#client.get(rolloutRef(this.driver)))?.["status"] ?? {}) as Status;
  }

  /** Gives it a new version, with these steps. */
  async update(version: number, steps: readonly object[]): Promise<void> {
    const body = { spec: { template: template(version), strategy: { canary: { steps } } } };
    const { metadata } = await this.#client.patch(rolloutRef(this.driver), { type: "merge", body });
    const generation = String(metadata.generation);
    await this.#until(`see ${generation}`, ({ observedGeneration }) => observedGeneration === generation);
  }

  /** Waits for a phase of the version that it has now. */
  async is(phase: string): Promise<void> {
    await this.#until(`be ${phase}`, (status) => status.phase === phase);
  }

  /** Waits until it holds at a weight for someone to promote it. */
  async holdsAt(weight: number): Promise<void> {
    const holds = ({ phase, canary }: Status): boolean =>
      phase === "Paused" && canary?.weights?.canary?.weight === weight;
    await this.#until(`hold at ${weight}`, holds);
  }

  /** Waits until the recorded weight of the canary is this. */
  async carries(weight: number): Promise<void> {
    await this.#until(`carry ${weight}`, ({ canary }) => canary?.weights?.canary?.weight === weight);
  }

  async promote(): Promise<void> {
    await this.#tell({ pauseConditions: null });
  }

  async abort(): Promise<void> {
    await this.#tell({ abort: true });
  }

  /** Waits until a version has no pod any more, not even one that ends. */
  async isWithout(hash: string): Promise<void> {
    const ended = async (): Promise<boolean> => (await this.#pods(hash)).length === 0;
    await until(`${this.driver.name}: no pod of ${hash}`, ended, limit);
  }

  #pods(hash: string): Promise<readonly KubeObject[]> {
    const { namespace } = this.driver;
    const kind = { apiVersion: "v1", kind: "Pod" };
    return this.#client.list(kind, { namespace, labelSelector: `${label.podHash}=${hash}` });
  }

  async #tell(status: object): Promise<void> {
    const patch = { type: "merge", body: { status }, subresource: "status" } as const;
    await this.#client.patch(rolloutRef(this.driver), patch);
  }

  async #until(what: string, holds: (status: Status) => boolean): Promise<void> {
    let last: Status = {};
    const reached = until(
      `${this.driver.name} to ${what}`,
      async () => {
        last = await this.status();
        return holds(last);
      },
      limit,
    );
    await reached.catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
    });
  }
}
