import * as z from "zod";
import { messageOf, Problem } from "../api/problem.ts";
import { redacted, redactedTexts } from "../api/redact.ts";
import type { Measure, Measured, MeasureRequest } from "../reconcile/measure.ts";
import type { Client } from "../reconcile/ports.ts";
import { cloudWatch } from "./cloudWatch.ts";
import { datadog } from "./datadog.ts";
import { graphite } from "./graphite.ts";
import { type Http, httpClient } from "./http.ts";
import { influxdb } from "./influxdb.ts";
import { job } from "./job.ts";
import { kayenta } from "./kayenta.ts";
import { newRelic } from "./newRelic.ts";
import { defaultOutbound, type OutboundRules } from "./outbound.ts";
import { plugin } from "./plugin.ts";
import { prometheus } from "./prometheus.ts";
import type { AnyProvider, Asking, Surroundings } from "./provider.ts";
import { skyWalking } from "./skyWalking.ts";
import { victoriaLogs } from "./victoriaLogs.ts";
import { wavefront } from "./wavefront.ts";
import { web } from "./web.ts";

/** Every metric provider, by the key users write. A new one is one file and one line here. */
export const metricProviders = {
  prometheus,
  job,
  kayenta,
  web,
  datadog,
  wavefront,
  newRelic,
  cloudWatch,
  graphite,
  influxdb,
  skywalking: skyWalking,
  victoriaLogs,
  plugin,
} satisfies Readonly<Record<string, AnyProvider>>;

/** What the providers need. */
export interface Providing {
  readonly client: Client;
  readonly surroundings: Surroundings;
  /** The cluster in which Jobs run, when it is another one. */
  readonly jobCluster?: Client | undefined;
  /** Where providers may not go; by default neither to link-local addresses nor to the API server. */
  readonly outbound?: OutboundRules | undefined;
  /** Another client for tests. */
  readonly http?: Http | undefined;
}

/**
 * The port through which analyses measure. It never rejects for what a provider could not do: that is an
 * `Error` measurement, in which no secret of the provider is left (analysis 6.1).
 */
export function measureWith({ client, surroundings, jobCluster, ...more }: Providing): Measure {
  const http = more.http ?? httpClient(more.outbound ?? defaultOutbound(surroundings.variables));
  return async (request, signal) => {
    const secrets: string[] = [];
    const asking: Asking = {
      run: request.run,
      metric: request.metric,
      now: request.now,
      timeOf: request.timeOf,
      http,
      client,
      jobCluster,
      surroundings,
      signal,
      hide: (secret) => secrets.push(secret),
    };
    try {
      return hidden(await answer(request, asking), secrets);
    } catch (error) {
      return hidden({ is: "error", message: messageOf(error) }, secrets);
    }
  };
}

async function answer({ metric, task }: MeasureRequest, asking: Asking): Promise<Measured> {
  const [key, asked] = chosen(metric);
  const spec = understood(key, asked, metric.provider[key as keyof typeof metric.provider]);
  switch (task.do) {
    case "run":
      return asked.run(spec, { ...asking, number: task.number });
    case "resume":
      return (
        asked.resume?.(spec, { ...asking, ...task }) ?? { is: "error", message: "this measurement has ended" }
      );
    case "terminate":
      return asked.terminate?.(spec, { ...asking, ...task }) ?? { is: "verdict", phase: "Inconclusive" };
    case "collect":
      await asked.collect?.(spec, { ...asking, ...task });
      return { is: "verdict", phase: "Successful" };
  }
}

function chosen({ name, provider }: MeasureRequest["metric"]): readonly [key: string, asked: AnyProvider] {
  const found = Object.entries(metricProviders).find(([key]) => Object.hasOwn(provider, key));
  if (found !== undefined) return found;
  throw new Problem(`no valid provider in metric '${name}'`);
}

function understood(key: string, { spec }: AnyProvider, given: unknown): unknown {
  const result = spec.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = ["provider", key, ...(issue?.path ?? [])].join(".");
  throw new Problem(`${path}: ${issue?.message ?? z.prettifyError(result.error)}`);
}

function hidden(measured: Measured, secrets: readonly string[]): Measured {
  if (secrets.length === 0) return measured;
  const { metadata, about } = measured;
  return {
    ...measured,
    ...("message" in measured &&
      measured.message !== undefined && { message: redacted(measured.message, secrets) }),
    ...("text" in measured && measured.text !== undefined && { text: redacted(measured.text, secrets) }),
    ...(metadata && { metadata: redactedTexts(metadata, secrets) }),
    ...(about && { about: redactedTexts(about, secrets) }),
  } as Measured;
}
