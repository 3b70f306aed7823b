import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { Problem } from "../../api/problem.ts";
import { listening, type Opened } from "../listening.ts";
import { compile } from "./compile.ts";
import { numberIn } from "./exposition.ts";
import { keyOf, type Labels, type SeriesStore } from "./series.ts";
import { type Expression, sample, type Value } from "./value.ts";

/** Serves the query API of Prometheus over the series of a store: instant queries and ranges of them. */
export async function serveQueries(store: SeriesStore): Promise<Opened> {
  const server = createServer((request, response) => {
    answer(store, request, response).catch((error: unknown) => refuse(response, 500, "internal", error));
  });
  return listening(server, 0);
}

/** How many points a range may have, as Prometheus bounds it. */
const mostPoints = 11_000;

async function answer(store: SeriesStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const form = request.method === "POST" ? new URLSearchParams(await textOf(request)) : url.searchParams;
  const ask = (name: string) => form.get(name) ?? url.searchParams.get(name) ?? "";
  const evaluate = { "/api/v1/query": instantly, "/api/v1/query_range": overRange }[url.pathname];
  if (evaluate === undefined) return refuse(response, 404, "not_found", `nothing at ${url.pathname}`);
  try {
    const data = evaluate(compile(ask("query")), store, ask);
    send(response, 200, { status: "success", data });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    refuse(response, 400, "bad_data", error.message);
  }
}

type Ask = (name: string) => string;

function instantly(query: Expression, store: SeriesStore, ask: Ask): unknown {
  const at = timeIn(ask("time"));
  const value = query(store, at);
  if (value.is === "scalar") return { resultType: "scalar", result: pair(at, value.value) };
  if (value.is === "vector") {
    const result = value.samples.map((one) => ({ metric: one.labels, value: pair(at, one.value) }));
    return { resultType: "vector", result };
  }
  const result = value.ranges.map(({ labels, points }) => ({
    metric: labels,
    values: points.map((point) => pair(point.at, point.value)),
  }));
  return { resultType: "matrix", result };
}

function overRange(query: Expression, store: SeriesStore, ask: Ask): unknown {
  const [start, end, step] = [timeIn(ask("start")), timeIn(ask("end")), Number(ask("step"))];
  if (!(step > 0) || !(end >= start)) throw new Problem("start, end and step are no range");
  if ((end - start) / step > mostPoints) throw new Problem(`more than ${mostPoints} points`);
  const series = new Map<string, { readonly metric: Labels; readonly values: unknown[] }>();
  for (let at = start; at <= end; at += step) {
    for (const { labels, value } of flat(query(store, at))) {
      const key = keyOf(labels);
      const found = series.get(key) ?? { metric: labels, values: [] };
      found.values.push(pair(at, value));
      series.set(key, found);
    }
  }
  return { resultType: "matrix", result: [...series.values()] };
}

function flat(value: Value) {
  if (value.is === "ranges") throw new Problem("a range query is about an instant vector or a scalar");
  return value.is === "vector" ? value.samples : [sample({}, value.value)];
}

/** Seconds since 1970, or a time of RFC 3339; now when it is not given. */
function timeIn(text: string): number {
  if (text === "") return Date.now() / 1000;
  const at = /^[\d.e+]+$/i.test(text) ? numberIn(text) : Date.parse(text) / 1000;
  if (!Number.isFinite(at)) throw new Problem(`${JSON.stringify(text)} is no time`);
  return at;
}

function pair(at: number, value: number): readonly [number, string] {
  if (Number.isFinite(value) || Number.isNaN(value)) return [at, String(value)];
  return [at, value > 0 ? "+Inf" : "-Inf"];
}

function refuse(response: ServerResponse, code: number, errorType: string, error: unknown): void {
  send(response, code, { status: "error", errorType, error: error instanceof Error ? error.message : error });
}

function send(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}
