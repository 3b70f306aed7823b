import { deepEqual, equal, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AnalysisRunStatus, Metric } from "../../src/analysis/types.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs } from "./support/crds.ts";
import { startFront } from "./support/front.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { skipWithout } from "./support/parts.ts";
import { type MetricsServer, startPrometheus, startVictoriaMetrics } from "./support/prometheus.ts";
import { type Brand, brands, type Case, cases, type Place, type Said } from "./support/prometheusCases.ts";
import { firstResult, Runs } from "./support/runs.ts";
import type { Served } from "./support/served.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();
const namespace = "analysis-prometheus";

describe("analyses of a real Prometheus and a real VictoriaMetrics", {
  skip: skipWithout("prometheus") || skipWithout("victoria-metrics"),
}, () => {
  let controller: ControllerProcess;
  let nodes: Nodes;
  let runs: Runs;
  const servers = new Map<Brand, MetricsServer>();
  const fronts: Served[] = [];
  const addresses = new Map<string, string>();

  before(async () => {
    await installOurs(plane);
    await plane.kubectl("create", "namespace", namespace);
    const nothing = { targets: [], present: false };
    const [prometheus, victoria] = await Promise.all([
      startPrometheus(nothing),
      startVictoriaMetrics(nothing),
    ]);
    servers.set("prometheus", prometheus).set("victoria-metrics", victoria);
    for (const [brand, { url }] of servers) {
      const locked = await startFront(url, { login: "user:right" });
      const slow = await startFront(url, { delay: 2_000 });
      fronts.push(locked, slow);
      addresses.set(`${brand} server`, url);
      addresses.set(`${brand} locked`, locked.url);
      addresses.set(`${brand} slow`, slow.url);
    }
    nodes = await startNodes(plane.kubeconfig);
    runs = new Runs(nodes.client, namespace);
    controller = await startController(plane.kubeconfig);
  });
  after(async () => {
    await controller?.stop();
    await nodes?.stop();
    for (const front of fronts) await front.stop();
    for (const server of servers.values()) await server.stop();
    await plane.kubectl("delete", "namespace", namespace, "--wait=false");
  });

  const addressOf = (brand: Brand, place: Place = "server"): string =>
    addresses.get(`${brand} ${place}`) ?? "";

  test("what they answer is judged as the reference says", { timeout: 180_000 }, async () => {
    const all = brands.flatMap((brand) => Object.keys(cases).map((name) => [brand, name] as const));
    await Promise.all(
      all.map(([brand, name]) => {
        const { query, place, metric = {}, more = {} } = cases[name] as Case;
        const prometheus = { address: addressOf(brand, place), query, ...more };
        return runs.begin(`${brand}-${name}`, {
          metrics: [{ name: "m", consecutiveErrorLimit: 0, ...metric, provider: { prometheus } }],
        });
      }),
    );
    for (const [brand, name] of all) {
      const { query, place, says } = cases[name] as Case;
      const wanted: Said = "phase" in says ? says : says[brand];
      const message = wanted.message?.replace("ADDRESS", addressOf(brand, place));
      const status = await runs.becomes(
        `${brand}-${name}`,
        "ends",
        ({ completedAt }) => completedAt !== undefined,
      );
      checkStatus(`${brand} ${name}`, query, status, { ...wanted, ...(message && { message }) });
    }
  });

  test("one that is restarted in the middle costs errors, and nothing else", {
    timeout: 180_000,
  }, async () => {
    await Promise.all(brands.map((brand) => survives(brand)));
  });

  async function survives(brand: Brand): Promise<void> {
    const server = servers.get(brand);
    const provider = { prometheus: { address: addressOf(brand), query: "vector(1)" } };
    const metric: Metric = { name: "m", interval: "1s", successCondition: "result[0] == 1", provider };
    const [patient, strict] = [`${brand}-patient`, `${brand}-strict`];
    await runs.begin(patient, { metrics: [{ ...metric, consecutiveErrorLimit: 100 }] });
    await runs.begin(strict, { metrics: [{ ...metric, consecutiveErrorLimit: 0 }] });
    for (const name of [patient, strict]) {
      await runs.becomes(name, "measures twice", (status) => (firstResult(status)?.successful ?? 0) >= 2);
    }
    await server?.crash();

    const ended = await runs.ended(strict);
    equal(ended.phase, "Error");
    match(
      ended.message ?? "",
      /^Metric "m" assessed Error due to consecutiveErrors \(1\) > consecutiveErrorLimit \(0\): "Error Message: Post "http:.*\/api\/v1\/query": .+"$/,
    );
    const down = await runs.becomes(
      patient,
      "has an error",
      (status) => (firstResult(status)?.error ?? 0) > 0,
    );
    const failed = firstResult(down);
    equal(down.phase, "Running");
    equal(failed?.consecutiveError, failed?.error);
    equal(failed?.consecutiveSuccess, undefined);
    equal(failed?.count, failed?.successful);

    await server?.restart();
    const back = await runs.becomes(patient, "measures again", (status) => {
      const { measurements = [], successful = 0 } = firstResult(status) ?? {};
      return measurements.at(-1)?.phase === "Successful" && successful > (failed?.successful ?? 0);
    });
    const { error = 0, consecutiveError, count, successful } = firstResult(back) ?? {};
    equal(back.phase, "Running");
    equal(consecutiveError, undefined);
    equal(count, successful);
    await runs.terminate(patient);
    const over = await runs.ended(patient);
    deepEqual([over.phase, over.message], ["Successful", "Run Terminated"]);
    deepEqual(over.runSummary, { count: 1, successful: 1 });
    equal(firstResult(over)?.error, error);
  }
});

const counted: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  Successful: { successful: 1, consecutiveSuccess: 1, count: 1 },
  Failed: { failed: 1, count: 1 },
  Inconclusive: { inconclusive: 1, count: 1 },
  Error: { error: 1, consecutiveError: 1 },
};

const exceeded: Readonly<Record<string, string>> = {
  Failed: "failed (1) > failureLimit (0)",
  Inconclusive: "inconclusive (1) > inconclusiveLimit (0)",
  Error: "consecutiveErrors (1) > consecutiveErrorLimit (0)",
};

/** The whole status, field by field; what VictoriaMetrics adds to an error of its own is cut. */
function checkStatus(name: string, query: string, status: AnalysisRunStatus, said: Said): void {
  const { phase, message } = said;
  const [result] = status.metricResults ?? [];
  const [measurement] = result?.measurements ?? [];
  const shown = (text: string | undefined) =>
    text?.replace(/(query="sum\(").*$/s, "$1").replaceAll(/\d{4}-.*?Z/g, "TIME");
  const { startedAt, finishedAt, ...rest } = measurement ?? { phase: "" };
  equal(typeof startedAt, "string", name);
  equal(typeof finishedAt, "string", name);
  const { message: told, metadata, ...plain } = rest as Said;
  const since = metadata && { noDataSince: shown(metadata["noDataSince"]) };
  deepEqual(
    { ...plain, ...(told && { message: shown(told) }), ...(since && { metadata: since }) },
    said,
    name,
  );
  const { measurements: _, message: __, ...summed } = result ?? { name: "" };
  const about = { ResolvedPrometheusQuery: query };
  deepEqual(summed, { name: "m", phase, metadata: about, ...counted[phase] }, name);
  equal(shown(result?.message), message, name);
  const limit = exceeded[phase];
  const cause = message === undefined ? "" : `: "Error Message: ${message}`;
  const sentence = limit && `Metric "m" assessed ${phase} due to ${limit}${cause}`;
  equal(status.message?.slice(0, sentence?.length), sentence, name);
  const bucket = phase === "Error" ? "error" : phase.toLowerCase();
  deepEqual([status.phase, status.runSummary], [phase, { count: 1, [bucket]: 1 }], name);
  deepEqual(status.dryRunSummary, {}, name);
}
