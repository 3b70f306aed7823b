import type { AnalysisRunSpec, AnalysisRunStatus, MetricResult } from "../../../src/analysis/types.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import type { Client } from "../../../src/reconcile/ports.ts";
import { until } from "./child.ts";

export const runKind = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };

/** The AnalysisRuns of a namespace, as their users see them. */
export class Runs {
  readonly #client: Client;
  readonly #namespace: string;

  constructor(client: Client, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  async begin(name: string, spec: AnalysisRunSpec): Promise<KubeObject> {
    return this.#client.create({ ...runKind, metadata: { namespace: this.#namespace, name }, spec });
  }

  async status(name: string): Promise<AnalysisRunStatus> {
    const run = await this.#client.get({ ...runKind, namespace: this.#namespace, name });
    return (run?.["status"] ?? {}) as AnalysisRunStatus;
  }

  /** Waits until the status of a run is as wanted, and answers it. */
  async becomes(
    name: string,
    what: string,
    is: (status: AnalysisRunStatus) => boolean,
  ): Promise<AnalysisRunStatus> {
    let status: AnalysisRunStatus = {};
    const ready = async (): Promise<boolean> => {
      status = await this.status(name);
      return is(status);
    };
    await until(`${name} ${what}`, ready, { seconds: 90 }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(status)}`);
    });
    return status;
  }

  async ended(name: string): Promise<AnalysisRunStatus> {
    return this.becomes(name, "ends", ({ completedAt }) => completedAt !== undefined);
  }

  async terminate(name: string): Promise<void> {
    const patch = { type: "merge", body: { spec: { terminate: true } } } as const;
    await this.#client.patch({ ...runKind, namespace: this.#namespace, name }, patch);
  }
}

/** What is known of the first metric. */
export function firstResult({ metricResults = [] }: AnalysisRunStatus): MetricResult | undefined {
  return metricResults[0];
}
