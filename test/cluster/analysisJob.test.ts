import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { AnalysisRunSpec, Measurement, Metric } from "../../src/analysis/types.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { seconds } from "../../src/api/time.ts";
import type { Fate } from "../../src/sim/podFate.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs } from "./support/crds.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { firstResult, Runs, runKind } from "./support/runs.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();
const namespace = "analysis-job";
const jobKind = { apiVersion: "batch/v1", kind: "Job" };
const uidLabel = "analysisrun.argoproj.io/uid";

/** What becomes of the pods of a Job, by its image. */
const fates: Readonly<Record<string, Fate>> = {
  good: { is: "ends", after: seconds(0.3), well: true },
  bad: { is: "ends", after: seconds(0.3), well: false },
  endless: { is: "unready" },
  missing: { is: "noImage" },
};

function fateOf(pod: KubeObject): Fate | undefined {
  const { containers = [] } = pod["spec"] as { containers?: readonly { image?: string }[] };
  return fates[containers[0]?.image ?? ""];
}

function byJob(image: keyof typeof fates, more: Partial<Metric> = {}): Metric {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "check", image }] } };
  const metadata = { labels: { team: "blue" }, annotations: { why: "to see" } };
  return { name: "job", ...more, provider: { job: { metadata, spec: { backoffLimit: 0, template } } } };
}

const inconclusive = "inconclusive (1) > inconclusiveLimit (0)";

describe("analyses by Jobs on a real API server", () => {
  let controller: ControllerProcess;
  let nodes: Nodes;
  let runs: Runs;

  before(async () => {
    await installOurs(plane);
    await plane.kubectl("create", "namespace", namespace);
    nodes = await startNodes(plane.kubeconfig, { fate: fateOf });
    runs = new Runs(nodes.client, namespace);
    controller = await startController(plane.kubeconfig);
  });
  after(async () => {
    await controller?.stop();
    await nodes?.stop();
    await plane.kubectl("delete", "namespace", namespace, "--wait=false");
  });

  /** Begins a run of Jobs with this image; answers its uid. */
  async function begin(name: string, metric: Metric, more: Partial<AnalysisRunSpec> = {}): Promise<string> {
    return (await runs.begin(name, { metrics: [metric], ...more })).metadata.uid ?? "";
  }

  const jobsOf = (uid: string) =>
    nodes.client.list(jobKind, { namespace, labelSelector: `${uidLabel}=${uid}` });

  const whenUnderWay = async (name: string): Promise<Measurement> => {
    const status = await runs.becomes(name, "measures", (now) => firstResult(now)?.phase === "Running");
    return firstResult(status)?.measurements?.at(-1) ?? { phase: "" };
  };

  test("a Job that completes is a success, and looks as the reference says", {
    timeout: 120_000,
  }, async () => {
    const uid = await begin("success", byJob("good"));
    const status = await runs.ended("success");
    const name = `${uid}.job.1`;
    deepEqual(
      [status.phase, status.message, status.runSummary],
      ["Successful", undefined, { count: 1, successful: 1 }],
    );
    const { startedAt, finishedAt, resumeAt, ...measurement } = firstResult(status)?.measurements?.[0] ?? {
      phase: "",
    };
    ok(startedAt !== undefined && finishedAt !== undefined && startedAt <= finishedAt);
    equal(resumeAt, undefined);
    deepEqual(measurement, {
      phase: "Successful",
      metadata: { "job-name": name, "job-namespace": namespace },
    });

    const [job, ...others] = await jobsOf(uid);
    equal(others.length, 0);
    const { labels, annotations, ownerReferences } = job?.metadata ?? {};
    equal(job?.metadata.name, name);
    deepEqual(labels, { team: "blue", [uidLabel]: uid });
    deepEqual(annotations, {
      why: "to see",
      "analysisrun.argoproj.io/name": "success",
      "analysisrun.argoproj.io/namespace": namespace,
      "analysisrun.argoproj.io/metric-name": "job",
    });
    const owner = { ...runKind, name: "success", uid, controller: true, blockOwnerDeletion: true };
    deepEqual(ownerReferences, [owner]);
    const spec = job?.["spec"] as { template: KubeObject } | undefined;
    equal(spec?.template.metadata.labels?.[uidLabel], uid);
  });

  test("a Job that fails is a failure", { timeout: 120_000 }, async () => {
    await begin("failure", byJob("bad"));
    const status = await runs.ended("failure");
    equal(status.phase, "Failed");
    equal(status.message, 'Metric "job" assessed Failed due to failed (1) > failureLimit (0)');
    deepEqual(status.runSummary, { count: 1, failed: 1 });
  });

  test("each measurement has a Job of its own, and the oldest go", { timeout: 120_000 }, async () => {
    const metric = byJob("good", { interval: "1s", count: 4 });
    const uid = await begin("several", metric, { measurementRetention: [{ metricName: "job", limit: 2 }] });
    const status = await runs.ended("several");
    equal(status.phase, "Successful");
    const { count, measurements = [] } = firstResult(status) ?? {};
    equal(count, 4);
    deepEqual(
      measurements.map(({ metadata }) => metadata?.["job-name"]),
      [3, 4].map((number) => `${uid}.job.${number}`),
    );
    await until("the oldest Jobs are gone", async () => (await jobsOf(uid)).length === 2);
  });

  test("a Job whose image cannot be had is inconclusive (trap 43)", { timeout: 120_000 }, async () => {
    const uid = await begin("no-image", byJob("missing"));
    const status = await runs.ended("no-image");
    equal(status.phase, "Inconclusive");
    match(
      firstResult(status)?.measurements?.[0]?.message ?? "",
      new RegExp(
        `^Pod ${uid.slice(0, 8)}.*, container check has terminal error \\(ImagePullBackOff\\): Back-off pulling image\n$`,
      ),
    );
    equal(
      status.message?.startsWith(
        `Metric "job" assessed Inconclusive due to ${inconclusive}: "Error Message: Pod `,
      ),
      true,
    );
  });

  test("a Job that the API server refuses is an error", { timeout: 120_000 }, async () => {
    const { provider } = byJob("good");
    const broken = { job: { spec: { template: { spec: { containers: [] } } } } };
    await begin("refused", { name: "job", consecutiveErrorLimit: 0, provider: { ...provider, ...broken } });
    const status = await runs.ended("refused");
    equal(status.phase, "Error");
    match(status.message ?? "", /: "Error Message: Job\.batch ".*\.job\.1" is invalid: /);
  });

  test("a run that is terminated deletes its Job (trap 18)", { timeout: 120_000 }, async () => {
    const uid = await begin("terminated", byJob("endless"));
    const { metadata, resumeAt } = await whenUnderWay("terminated");
    deepEqual(metadata, { "job-name": `${uid}.job.1`, "job-namespace": namespace });
    notEqual(resumeAt, undefined);
    await runs.terminate("terminated");
    const status = await runs.ended("terminated");
    equal(status.phase, "Inconclusive");
    equal(
      status.message,
      `Metric "job" assessed Inconclusive due to ${inconclusive}: "Error Message: Metric Terminated"`,
    );
    deepEqual(status.runSummary, { count: 1, inconclusive: 1 });
    await until("the Job is gone", async () => (await jobsOf(uid)).length === 0);
  });

  test("a run that fails elsewhere deletes the Job under way (trap 17)", { timeout: 120_000 }, async () => {
    const bad = byJob("bad", { name: "bad", initialDelay: "2s" });
    const { metadata } = await runs.begin("sibling", { metrics: [byJob("endless"), bad] });
    const status = await runs.ended("sibling");
    equal(status.message, 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)');
    deepEqual(status.runSummary, { count: 2, failed: 1, inconclusive: 1 });
    const names = async () => (await jobsOf(metadata.uid ?? "")).map((job) => job.metadata.name);
    await until("the Job is gone", async () => !(await names()).includes(`${metadata.uid}.job.1`));
  });

  test("a Job that is deleted by hand is an error, and measured again", { timeout: 120_000 }, async () => {
    const uid = await begin("deleted", byJob("endless", { consecutiveErrorLimit: 0 }));
    await whenUnderWay("deleted");
    await nodes.client.delete({ ...jobKind, namespace, name: `${uid}.job.1` }, { propagation: "Background" });
    const status = await runs.ended("deleted");
    equal(firstResult(status)?.measurements?.[0]?.message, `job.batch "${uid}.job.1" not found`);
  });

  test("a run is deleted when its time to live is over, and its Jobs with it", {
    timeout: 120_000,
  }, async () => {
    const uid = await begin("short-lived", byJob("good"), { ttlStrategy: { secondsAfterCompletion: 2 } });
    const { completedAt = "" } = await runs.ended("short-lived");
    const gone = async () =>
      (await nodes.client.get({ ...runKind, namespace, name: "short-lived" })) === undefined;
    await until("the run is gone", gone);
    ok(Date.now() >= Date.parse(completedAt) + 3_000, "not before more than two seconds have passed");
    await until("its Job is gone", async () => (await jobsOf(uid)).length === 0);
  });

  test("deleting a run under way deletes its Jobs and their pods", { timeout: 120_000 }, async () => {
    const uid = await begin("removed", byJob("endless"));
    await whenUnderWay("removed");
    const pods = () =>
      nodes.client.list(
        { apiVersion: "v1", kind: "Pod" },
        { namespace, labelSelector: `${uidLabel}=${uid}` },
      );
    await until("its pod is there", async () => (await pods()).length === 1);
    await nodes.client.delete({ ...runKind, namespace, name: "removed" });
    await until("its Jobs and pods are gone", async () => {
      const left = await Promise.all([jobsOf(uid), pods()]);
      return left.flat().length === 0;
    });
  });
});
