import { deepEqual, equal, match } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { instant } from "../../src/api/time.ts";
import { main } from "../../src/cli.ts";
import { type Seen, serving, success } from "../providers/server.ts";

const from = instant("2024-05-01T12:00:00Z") / 1000;
const span = ["--from", "2024-05-01T12:00:00Z", "--to", "2024-05-01T16:00:00Z"];
/** The minute of the regression that is seeded. */
const seeded = 137;
const rateAt = (time: number): number => (time < from + 60 * seeded ? 0.99 : 0.4);

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lotse-backtest-"));
});
after(() => rm(folder, { recursive: true }));

const template = (metrics: readonly object[], more: object = {}) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AnalysisTemplate",
  metadata: { name: "health" },
  spec: { metrics, ...more },
});
const rate = (provider: object, more: object = {}) => ({
  name: "rate",
  interval: "1m",
  failureCondition: "result[0] < 0.95",
  provider: { prometheus: { address: "http://nowhere.invalid", ...provider } },
  ...more,
});

async function file(name: string, content: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

async function lotse(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (text: string) => out.push(text), err: (text: string) => err.push(text) };
  const code = await main(["backtest", ...args], output as never);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

/** A Prometheus with one series. */
function prometheus({ url, body }: Seen): string {
  const form = new URLSearchParams(body);
  const metric = { __name__: "rate", app: "web" };
  if (url === "/api/v1/query") {
    const time = Number(form.get("time"));
    return success("vector", [{ metric, value: [time, String(rateAt(time))] }]);
  }
  const [start, end, step] = ["start", "end", "step"].map((key) => Number(form.get(key)));
  const values: [number, string][] = [];
  for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 1) values.push([at, String(rateAt(at))]);
  return success("matrix", [{ metric, values }]);
}

test("S7: a series of Prometheus tells the minute of a seeded regression", () =>
  serving(prometheus, async (address, seen) => {
    const spec = { args: [{ name: "app" }] };
    const path = await file("t1.yaml", template([rate({ query: 'rate{app="{{args.app}}"}' })], spec));
    const { code, out } = await lotse("-f", path, "--prometheus", address, ...span, "--arg", "app=web");
    equal(code, 1);
    match(out, /^health from 2024-05-01T12:00:00Z to 2024-05-01T16:00:00Z$/m);
    match(out, /2024-05-01T12:00:00Z {2}2024-05-01T14:17:00Z .* 104 +Failed +Metric "rate" assessed Failed/);
    match(out, /^rate +241 +137 +104 +0 +0 +2024-05-01T14:17:00Z$/m);
    deepEqual(
      seen.map(({ url }) => url),
      ["/api/v1/query_range", "/api/v1/query"],
    );
    equal(new URLSearchParams(seen[0]?.body).get("query"), 'rate{app="web"}');
  }));

test("a metric that asks for a range is asked of the server at each time", () =>
  serving(prometheus, async (address, seen) => {
    const rangeQuery = { start: 'now() - duration("2m")', end: "now()", step: "1m" };
    const metric = rate({ query: "rate", rangeQuery }, { failureCondition: "any(result, {# < 0.95})" });
    const path = await file("t2.yaml", template([metric]));
    const { code, out } = await lotse(
      ...["-f", path, "--prometheus", address, "-o", "json"],
      ...["--from", "2024-05-01T14:10:00Z", "--to", "2024-05-01T14:18:00Z"],
    );
    const [{ analyses }] = JSON.parse(out) as [
      { analyses: { phase: string; endedAt: string; measurements: [] }[] },
    ];
    deepEqual([code, analyses[0]?.phase, analyses[0]?.endedAt], [1, "Failed", "2024-05-01T14:17:00.001Z"]);
    equal(seen.length, analyses.flatMap(({ measurements }) => measurements).length);
    equal(
      seen.every(({ url }) => url === "/api/v1/query_range"),
      true,
    );
  }));

/** Recorded samples: one for each minute. */
const minutes = (value: (time: number) => unknown) =>
  Array.from({ length: 241 }, (_, at) => [from + 60 * at, value(from + 60 * at)]);

const recordings: readonly [name: string, samples: unknown, more: object, code: number][] = [
  ["a list", { rate: minutes(rateAt) }, {}, 1],
  ["a list of lists", { rate: minutes((time) => [rateAt(time), 1]) }, {}, 1],
  ["a scalar", { rate: minutes(rateAt) }, { failureCondition: "result < 0.95" }, 1],
  [
    "a reply",
    {
      rate: JSON.parse(prometheus({ url: "/r", body: `start=${from}&end=${from + 14400}&step=60` } as Seen)),
    },
    {},
    1,
  ],
  ["a list by its query", { q: minutes(rateAt) }, {}, 1],
  ["good ones", { rate: minutes(() => 1) }, {}, 0],
  ["none of this metric", { other: minutes(() => 1) }, {}, 1],
];
for (const [name, samples, more, code] of recordings) {
  test(`recorded samples: ${name}`, async () => {
    const path = await file("t3.yaml", template([rate({ query: "q" }, more)]));
    const told = await lotse("-f", path, "--samples", await file("samples.json", samples), ...span);
    equal(told.code, code, told.out + told.err);
    match(
      told.out,
      name.startsWith("none")
        ? /has no samples/
        : code === 0
          ? /Running/
          : /12:00:00Z {2}2024-05-01T14:17:00Z .* Failed/,
    );
  });
}

test("the page has everything in it: charts, verdicts, nothing from elsewhere", async () => {
  const metric = rate({ query: "q" }, { count: 30, name: "<rate>" });
  const path = await file("t4.yaml", template([metric]));
  const samples = await file("samples.json", { "<rate>": minutes(rateAt) });
  const { code, out } = await lotse("-f", path, "--samples", samples, ...span, "-o", "html");
  equal(code, 1);
  match(out, /^<!doctype html>/);
  match(out, /<path class="line" d="M[\d.]+ [\d.]+L/);
  match(out, /<line class="verdict Failed"/);
  match(out, /<circle class="Failed"/);
  match(out, /&#60;rate&#62;<\/b> first bad at 2024-05-01T14:17:/);
  equal(/<script|https?:|<rate>/.test(out), false);
});

test("templates that others refer to are tried with those, other providers are named", async () => {
  const web = { name: "web", provider: { web: { url: "http://x" } } };
  const child = { ...template([rate({ query: "q" })]), metadata: { name: "child" } };
  const parent = template([web], { templates: [{ templateName: "child" }] });
  const path = await file("t5.yaml", { apiVersion: "v1", kind: "List", items: [child, parent] });
  const samples = await file("samples.json", { rate: minutes(() => 1) });
  const { code, out } = await lotse("-f", path, "--samples", samples, ...span);
  equal(code, 0);
  match(out, /^health from/);
  equal(out.includes("child from"), false);
  match(out, /not measured, as they ask no Prometheus: web/);
});

const secret = { args: [{ name: "t", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] };
const refused: readonly [name: string, template: object, args: readonly string[], said: RegExp][] = [
  ["no source", template([rate({ query: "q" })]), span, /either --prometheus or --samples/],
  ["no begin", template([rate({ query: "q" })]), ["--samples", "x"], /--from is missing/],
  [
    "an end before the begin",
    template([rate({ query: "q" })]),
    [...span, "--samples=x", "--to=2d"],
    /duration/,
  ],
  ["tiny steps", template([rate({ query: "q" })]), [...span, "--samples=x", "--step=10ms"], /at least 1s/],
  ["an output", template([rate({ query: "q" })]), [...span, "-o", "pdf"], /text, json or html/],
  [
    "a secret",
    template([rate({ query: "q" })], secret),
    [...span, "--prometheus=http://x"],
    /give it with --arg t=/,
  ],
  [
    "no template",
    { apiVersion: "v1", kind: "Service", metadata: { name: "x" } },
    [...span, "--prometheus=http://x"],
    /no AnalysisTemplate/,
  ],
  [
    "other providers only",
    template([{ name: "w", provider: { web: { url: "http://x" } } }]),
    [...span, "--prometheus=http://x"],
    /none of its metrics asks Prometheus/,
  ],
];
for (const [name, content, args, said] of refused) {
  test(`backtest refuses ${name}`, async () => {
    const { code, err } = await lotse("-f", await file("t6.yaml", content), ...args);
    equal(code, 2);
    match(err, said);
  });
}

test("what the server refuses is said", () =>
  serving(
    () => ({
      status: 400,
      body: JSON.stringify({ status: "error", errorType: "bad_data", error: "parse error" }),
    }),
    async (address) => {
      const path = await file("t7.yaml", template([rate({ query: "rate(" })]));
      const { code, err } = await lotse("-f", path, "--prometheus", address, ...span);
      deepEqual([code, err], [2, "lotse: rate(: the server answered 400: parse error"]);
    },
  ));
