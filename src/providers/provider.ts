import type { z } from "zod";
import type { Metric } from "../api/metric.ts";
import { messageOf } from "../api/problem.ts";
import type { Instant } from "../api/time.ts";
import type { Measured, MeasuredRun, MeasureRequest } from "../reconcile/measure.ts";
import type { Client } from "../reconcile/ports.ts";
import type { Http } from "./http.ts";

/** What surrounds this process, read once when it starts. */
export interface Surroundings {
  /** The environment variables. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** The namespace of the controller: secrets of providers are there. */
  readonly namespace: string;
}

/** What a provider may use to answer a question. */
export interface Asking {
  readonly run: MeasuredRun;
  readonly metric: Metric;
  readonly now: Instant;
  readonly http: Http;
  readonly client: Client;
  /** The cluster in which Jobs run, when it is another one. */
  readonly jobCluster: Client | undefined;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  timeOf: MeasureRequest["timeOf"];
  /**
   * Takes a secret that the provider has read itself out of everything that is said about this measurement.
   */
  hide(secret: string): void;
}

/** A measurement under way. */
export interface UnderWay {
  readonly startedAt: Instant;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * What a provider can do. Whatever it throws becomes an `Error` measurement with that message (analysis 6.1).
 */
export interface Provider<Spec> {
  /** What users write under its key. */
  readonly spec: z.ZodType<Spec>;
  /** Takes a measurement, or begins one. `number` counts those of this metric from 1. */
  run(spec: Spec, asking: Asking & { readonly number: number }): Promise<Measured>;
  /** Looks at a measurement under way. */
  resume?(spec: Spec, asking: Asking & UnderWay): Promise<Measured>;
  /** Ends a measurement under way; without it the measurement ends as inconclusive. */
  terminate?(spec: Spec, asking: Asking & Pick<UnderWay, "metadata">): Promise<Measured>;
  /** Deletes what all but the newest measurements of the run left behind. */
  collect?(spec: Spec, asking: Asking & { readonly limit: number }): Promise<void>;
}

/** A provider as a line of the table: its spec is read before it is asked. */
export interface AnyProvider {
  readonly spec: z.ZodType;
  run(spec: unknown, asking: Asking & { readonly number: number }): Promise<Measured>;
  resume?(spec: unknown, asking: Asking & UnderWay): Promise<Measured>;
  terminate?(spec: unknown, asking: Asking & Pick<UnderWay, "metadata">): Promise<Measured>;
  collect?(spec: unknown, asking: Asking & { readonly limit: number }): Promise<void>;
}

/** A provider for the table. A function alone is one that answers at once. */
export function provider<Spec>(
  spec: z.ZodType<Spec>,
  asked: Provider<Spec>["run"] | Omit<Provider<Spec>, "spec">,
): AnyProvider {
  return { spec, ...(typeof asked === "function" ? { run: asked } : asked) } as AnyProvider;
}

/** A measurement that says with its metric what was really asked, also when it fails. */
export async function saying(
  about: Readonly<Record<string, string>>,
  work: () => Promise<Measured>,
): Promise<Measured> {
  try {
    return { ...(await work()), about };
  } catch (error) {
    return { is: "error", message: messageOf(error), about };
  }
}
