import { isJson } from "../api/json.ts";
import type { Metric } from "../api/metric.ts";
import { Problem } from "../api/problem.ts";
import type { Prometheus } from "../api/providers.ts";
import { type Instant, instant, type Millis, seconds } from "../api/time.ts";
import { httpClient } from "../providers/http.ts";
import { measureWith } from "../providers/index.ts";
import { items, members, parsedJson } from "../providers/json.ts";
import { numberOf } from "../providers/numbers.ts";
import { ask, serverOf } from "../providers/prometheusApi.ts";
import type { Asking } from "../providers/provider.ts";
import type { Measure } from "../reconcile/measure.ts";
import type { Client } from "../reconcile/ports.ts";
import { comparesItself } from "../sim/metrics.ts";
import { queryOf, type Samples, type Series } from "../sim/samples.ts";
import { contentOf } from "./manifests.ts";

/** A time, and the distance of two samples in it. */
export interface Span {
  readonly from: Instant;
  readonly to: Instant;
  readonly step: Millis;
}

/** Where samples come from. */
export type Source = { readonly prometheus: string } | { readonly file: string };

/** What is known of the past. */
export interface Store {
  /** The samples of each query that a metric asks. */
  samples(metric: Metric): Promise<ReadonlyMap<string, Samples>>;
  /** Answers what is not known by samples: queries for a range. */
  readonly otherwise: Measure;
}

/** Opens a store. Throws a `Problem` for a file that holds no samples. */
export async function storeOf(source: Source, span: Span): Promise<Store> {
  return "file" in source
    ? recorded(await contentOf(source.file), source.file)
    : asked(source.prometheus, span);
}

/** Servers refuse more points than 11,000 at once. */
const mostPoints = 10_000;

const noCluster = { get: async () => undefined } as Pick<Client, "get"> as Client;

/** Asks a server, as the metric would, except for its address. */
function asked(address: string, span: Span): Store {
  const surroundings = { variables: process.env, namespace: "" };
  const http = httpClient();
  const measure = measureWith({ client: noCluster, surroundings, http });
  const at = (spec: Prometheus): Prometheus => ({ ...spec, address });
  const asking = {
    http,
    surroundings,
    signal: new AbortController().signal,
    hide: () => {},
  } as Partial<Asking> as Asking;
  return {
    async samples(metric) {
      const found = new Map<string, Samples>();
      const spec = metric.provider.prometheus ?? {};
      const queries = queryOf(metric) === undefined ? [] : [spec.query, metric.minSamples?.query];
      for (const query of queries) {
        if (query === undefined) continue;
        found.set(query, await range({ ...at(spec), query }, span, asking));
      }
      return found;
    },
    otherwise: (request, signal) => {
      const { metric } = request;
      const provider = { prometheus: at(metric.provider.prometheus ?? {}) };
      return measure({ ...request, metric: { ...metric, provider } }, signal);
    },
  };
}

async function range(spec: Prometheus, { from, to, step }: Span, asking: Asking): Promise<Samples> {
  const { query = "" } = spec;
  const series = new Map<string, (readonly [Instant, number])[]>();
  for (let start: number = from; start <= to; start += step * mostPoints) {
    const end = Math.min(to, start + step * (mostPoints - 1));
    const form = { query, start: text(start), end: text(end), step: text(step) };
    for (const { label, points } of matrixOf(await reply(spec, "api/v1/query_range", form, asking))) {
      series.set(label, [...(series.get(label) ?? []), ...points]);
    }
  }
  const { resultType } = await reply(spec, "api/v1/query", { query, time: text(to) }, asking);
  return {
    isScalar: resultType === "scalar",
    series: [...series].map(([label, points]) => ({ label, points })),
  };
}

function text(millis: number): string {
  return String(millis / 1000);
}

interface Data {
  readonly resultType: unknown;
  readonly result: unknown;
}

async function reply(
  spec: Prometheus,
  endpoint: string,
  form: Readonly<Record<string, string>>,
  asking: Asking,
): Promise<Data> {
  const { status, body } = await ask(serverOf(spec, "--prometheus"), endpoint, form, asking);
  const said = members(parsedJson(body));
  const { resultType, result } = members(said["data"]);
  if (said["status"] === "success") return { resultType, result };
  throw new Problem(
    `${form["query"]}: the server answered ${status}: ${String(said["error"] ?? "no reason")}`,
  );
}

/** The series of a range; those that differ in a label are different ones. */
function matrixOf({ result }: Pick<Data, "result">): readonly Series[] {
  return items(result).map((each) => {
    const { metric, values } = members(each);
    return { label: labelOf(metric), points: items(values).flatMap(pointOf) };
  });
}

function labelOf(metric: unknown): string {
  const { __name__: name = "", ...labels } = members(metric);
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? String(name) : `${String(name)}{${pairs.join(", ")}}`;
}

function pointOf(pair: unknown): readonly (readonly [Instant, number])[] {
  const [time, value] = items(pair);
  const at = typeof time === "string" && time.includes("-") ? instant(time) : seconds(Number(time));
  const number = typeof value === "number" ? value : numberOf(String(value));
  return number === undefined || Number.isNaN(at) ? [] : [[at as number as Instant, number]];
}

/** Samples by the name of the metric, or by its query. */
function recorded(content: string, file: string): Store {
  const all = parsedJson(content);
  if (!isJson(all)) throw new Problem(`${file}: not an object of samples by metric`);
  return {
    async samples(metric) {
      const query = queryOf(metric);
      const found = all[query ?? ""] ?? all[metric.name];
      if (query === undefined || found === undefined) return new Map();
      return new Map([[query, { isScalar: comparesItself(metric), series: seriesIn(found) }]]);
    },
    otherwise: async ({ metric }) => ({
      is: "error",
      message: `${file} has no samples for the metric ${metric.name}`,
    }),
  };
}

/** A reply of `query_range`, its data, or a list of `[time, number or list of numbers]`. */
function seriesIn(found: unknown): readonly Series[] {
  if (isJson(found)) return matrixOf({ result: (isJson(found["data"]) ? found["data"] : found)["result"] });
  const rows = items(found).map((row) => {
    const [time, value] = items(row);
    return { time, values: Array.isArray(value) ? value : [value] };
  });
  const width = Math.max(0, ...rows.map(({ values }) => values.length));
  return Array.from({ length: width }, (_, at) => ({
    label: width === 1 ? "" : String(at),
    points: rows.flatMap(({ time, values }) => pointOf([time, values[at]])),
  }));
}
