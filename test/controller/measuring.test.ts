import { deepEqual, equal, match, throws } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { MetricProvider } from "../../src/api/providers.ts";
import { readFlags } from "../../src/controller/flags.ts";
import { jobClusterOf, measuring } from "../../src/controller/measuring.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import { ApiServer } from "../kube/support/apiServer.ts";
import { now, serving } from "../providers/server.ts";

function measuredWith(
  provider: MetricProvider,
  args: readonly string[],
  { client = {}, jobCluster }: { readonly client?: Partial<Client>; readonly jobCluster?: Client } = {},
): Promise<Measured> {
  const line = readFlags(args, "1");
  if (line.is === "print") throw new Error(line.text);
  const surroundings = { variables: {}, namespace: "lotse" };
  const measure = measuring({ client: client as Client, flags: line.flags, surroundings, jobCluster });
  const run = { namespace: "ns", name: "run", uid: "uid" };
  const request = { run, metric: { name: "m", provider }, task: { do: "run", number: 1 }, now } as const;
  return measure({ ...request, timeOf: () => now }, new AbortController().signal);
}

const policies: [args: string[], said: string][] = [
  [[], "value"],
  [["--analysis-deny-cidr=127.0.0.0/8"], "error"],
  [["--analysis-deny-cidr=10.0.0.0/8", "--analysis-deny-cidr=127.0.0.1"], "error"],
  [["--analysis-deny-cidr=127.0.0.0/8", "--analysis-allow-host=127.0.0.1"], "value"],
];
for (const [args, said] of policies) {
  test(`measuring: a local server with ${args.join(" ") || "no flag"} gives: ${said}`, () =>
    serving(
      () => "1",
      async (url, seen) => {
        const told = await measuredWith({ web: { url } }, args);
        deepEqual([told.is, seen.length], [said, said === "value" ? 1 : 0]);
      },
    ));
}

test("measuring: what is always denied stays so beside what the flags deny", async () => {
  const told = await measuredWith({ web: { url: "http://169.254.169.254/" } }, [
    "--analysis-deny-cidr=10.0.0.0/8",
  ]);
  match(told.is === "error" ? told.message : "", /169\.254\.169\.254 may not be asked/);
});

test("measuring: Jobs run in their own cluster, without an owner there", async () => {
  const made: unknown[] = [];
  const create: Client["create"] = async (object) => {
    made.push(object.metadata.ownerReferences);
    return object;
  };
  const provider = { job: { spec: { template: {} } } };
  const told = await measuredWith(provider, [], { jobCluster: { create } as Client });
  deepEqual([told.is, made], ["running", [undefined]]);
});

const limits = { qps: 0, burst: 0 };

test("measuring: the cluster of Jobs is the one of its kubeconfig", async (t) => {
  const server = await ApiServer.start();
  const folder = await mkdtemp(join(tmpdir(), "lotse-jobs-"));
  t.after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  server.put("/api/v1/namespaces/team", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "team" },
  });
  const file = join(folder, "config");
  const config = {
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: server.url } }],
    users: [{ name: "u", user: { token: "job-token" } }],
  };
  await writeFile(file, JSON.stringify(config));
  const client = jobClusterOf({ ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG: file }, limits, "lotse/test");
  const found = await client?.get({ apiVersion: "v1", kind: "Namespace", name: "team" });
  equal(found?.metadata.name, "team");
  equal(server.arrived.at(-1)?.headers.authorization, "Bearer job-token");
});

test("measuring: without the variable Jobs have no cluster of their own, a wrong file is an error", () => {
  equal(jobClusterOf({}, limits, "lotse/test"), undefined);
  throws(
    () => jobClusterOf({ ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG: "/nowhere" }, limits, "lotse/test"),
    /ENOENT/,
  );
});
