import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { analysisTemplate, busy, forbidden, Lab, type LabOptions, template } from "./lab.ts";

type Analysis = NonNullable<LabOptions["spec"]["analyses"]>[number];
const analysis = (more: Partial<Analysis> = {}): Analysis => ({ name: "m", templateName: "t", ...more });

/** An experiment whose pods have just become available for good. */
async function available(options: LabOptions): Promise<Lab> {
  const lab = new Lab(options);
  await lab.settle();
  for (const name of Object.keys(lab.sizes)) lab.available(name);
  await lab.settle();
  return lab;
}

test("a run begins in the look after the pods are available (analysis trap 66)", async () => {
  const lab = new Lab({ spec: { analyses: [analysis()] }, objects: [analysisTemplate("t")] });
  await lab.settle();
  equal(lab.find("AnalysisRun", "exp-m"), undefined);
  lab.available("exp-a");
  await lab.look();
  deepEqual([lab.phase, lab.find("AnalysisRun", "exp-m")], ["Running", undefined]);
  await lab.look();
  deepEqual(lab.sent.slice(0, 1), ["create AnalysisRun exp-m"]);
});

test("a run is made of its templates and the rules of the experiment", async () => {
  const lab = await available({
    spec: {
      analyses: [analysis()],
      dryRun: [{ metricName: "t" }],
      measurementRetention: [{ metricName: "t", limit: 3 }],
      analysisRunMetadata: { labels: { team: "x" }, annotations: { note: "y" } },
    },
    labels: { [label.instanceId]: "one", app: "web" },
    objects: [
      analysisTemplate("t", { templates: [{ templateName: "u" }] }),
      analysisTemplate("u", { args: [{ name: "x", value: "1" }] }),
    ],
  });
  const { metadata, spec } = lab.get("AnalysisRun", "exp-m") as KubeObject & { spec: object };
  deepEqual(
    [metadata.labels, metadata.annotations, metadata.ownerReferences?.[0]?.uid],
    [{ team: "x", [label.instanceId]: "one" }, { note: "y" }, "exp-uid"],
  );
  deepEqual(spec, {
    metrics: ["t", "u"].map((name) => ({ name, provider: { web: { url: "http://x" } } })),
    args: [{ name: "x", value: "1" }],
    dryRun: [{ metricName: "t" }],
    measurementRetention: [{ metricName: "t", limit: 3 }],
  });
});

const hash = (lab: Lab, name: string) => lab.get("ReplicaSet", name).metadata.labels?.[label.podHash];
const unresolved = (what: string) => `Error: Failed to create AnalysisRun for analysis 'm': ${what}`;
const args: readonly [
  name: string,
  value: string | undefined,
  duration: string,
  want: string | ((lab: Lab) => unknown),
][] = [
  ["a plain value", "5", "", () => "5"],
  ["a pod hash", "{{templates.a.podTemplateHash}}", "", (lab) => hash(lab, "exp-a")],
  ["a dotted template", "{{ templates.b.c.podTemplateHash }}", "", (lab) => hash(lab, "exp-b.c")],
  ["the name of a ReplicaSet", "x-{{templates.a.replicaset.name}}", "", () => "x-exp-a"],
  ["when it became available", "{{experiment.availableAt}}", "", () => "2024-05-01T12:00:00Z"],
  ["when it will end", "{{experiment.finishedAt}}", "90s", () => "2024-05-01T12:01:30Z"],
  [
    "no end without duration",
    "{{experiment.finishedAt}}",
    "",
    unresolved("failed to resolve {{experiment.finishedAt}}"),
  ],
  [
    "an unknown tag",
    "{{templates.z.podTemplateHash}}",
    "",
    unresolved("failed to resolve {{templates.z.podTemplateHash}}"),
  ],
  ["no value and no default", undefined, "", unresolved("args.x was not resolved")],
];
for (const [name, value, duration, want] of args) {
  test(`an argument with ${name}`, async () => {
    const given = { name: "x", ...(value !== undefined && { value }) };
    const lab = await available({
      spec: {
        duration,
        templates: [template("a"), template("b.c")],
        analyses: [analysis({ args: [given] })],
      },
      objects: [analysisTemplate("t", { args: [{ name: "x" }] })],
    });
    if (typeof want === "string") {
      equal(lab.phase, want);
      deepEqual(lab.status.analysisRuns?.[0]?.analysisRun, "");
    } else {
      const { spec } = lab.get("AnalysisRun", "exp-m") as unknown as { spec: { args: { value: string }[] } };
      equal(spec.args[0]?.value, want(lab));
    }
  });
}

test("an argument without value has the template's default", async () => {
  const lab = await available({
    spec: { analyses: [analysis({ args: [{ name: "x" }] })] },
    objects: [analysisTemplate("t", { args: [{ name: "x", value: "7" }] })],
  });
  deepEqual((lab.get("AnalysisRun", "exp-m")["spec"] as { args: unknown }).args, [{ name: "x", value: "7" }]);
});

const missing: readonly [name: string, more: Partial<Analysis>, want: string][] = [
  [
    "a template",
    {},
    "AnalysisTemplate verification failed for analysis 'm': analysistemplate.argoproj.io \"t\" not found",
  ],
  [
    "a template of the cluster",
    { clusterScope: true },
    "ClusterAnalysisTemplate verification failed for analysis 'm': " +
      'clusteranalysistemplate.argoproj.io "t" not found',
  ],
];
for (const [name, more, want] of missing) {
  test(`${name} that is missing ends the experiment before its pods are up (analysis trap 67)`, async () => {
    const lab = new Lab({ spec: { analyses: [analysis(more)] } });
    await lab.settle();
    equal(lab.phase, `Error: ${want}`);
    deepEqual(lab.sizes, { "exp-a": 0 });
  });
}

test("a template that goes missing later is told when the run is to begin", async () => {
  const lab = new Lab({ spec: { analyses: [analysis()] }, objects: [analysisTemplate("t")] });
  await lab.settle();
  lab.available("exp-a");
  await lab.look();
  lab.remove(lab.get("AnalysisTemplate", "t"));
  await lab.settle();
  equal(lab.phase, unresolved('analysistemplate.argoproj.io "t" not found'));
});

test("a run that somebody deletes is an error", async () => {
  const lab = await available({ spec: { analyses: [analysis()] }, objects: [analysisTemplate("t")] });
  lab.remove(lab.get("AnalysisRun", "exp-m"));
  await lab.settle();
  equal(lab.phase, 'Error: analysisruns.argoproj.io "exp-m" not found');
});

test("a run that no watch has delivered yet is asked for", async () => {
  const lab = await available({ spec: { analyses: [analysis()] }, objects: [analysisTemplate("t")] });
  const run = lab.get("AnalysisRun", "exp-m");
  lab.cache.apply({ type: "deleted", object: run });
  lab.late = true;
  await lab.look();
  equal(lab.phase, "Running");
});

test("late watches start no run twice", async () => {
  const objects = [analysisTemplate("t")];
  const lab = new Lab({ spec: { analyses: [analysis()] }, objects, selectsRuns: true });
  await lab.settle();
  lab.available("exp-a");
  await lab.look();
  lab.late = true;
  await lab.look();
  deepEqual(lab.sent, ["create AnalysisRun exp-m", "patch Experiment exp"]);
  await lab.look();
  deepEqual(lab.sent, ["patch Experiment exp"]);
  equal(lab.status.analysisRuns?.[0]?.analysisRun, "exp-m");
  await lab.look();
  deepEqual(lab.sent, []);
});

const failures: readonly [name: string, error: typeof busy, want: string][] = [
  ["a busy server", busy, "Running"],
  ["a refusal", forbidden, unresolved("exceeded quota")],
];
for (const [name, error, want] of failures) {
  test(`a run that cannot be created because of ${name}`, async () => {
    const lab = new Lab({ spec: { analyses: [analysis()] }, objects: [analysisTemplate("t")] });
    lab.errors.set("create AnalysisRun exp-m", error);
    await lab.settle();
    lab.available("exp-a");
    await lab.settle();
    equal(lab.phase, want);
  });
}

const ourRun = (more: object, spec: object = {}): KubeObject => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AnalysisRun",
  metadata: {
    name: "exp-m",
    namespace: "ns",
    uid: "r",
    creationTimestamp: "2024-05-01T11:00:00Z",
    ownerReferences: [
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Experiment",
        name: "exp",
        uid: "exp-uid",
        controller: true,
      },
    ],
    ...more,
  },
  spec: { metrics: [{ name: "t", provider: { web: { url: "http://x" } } }], ...spec },
});
const others = { ownerReferences: [] };
const names: readonly [name: string, run: KubeObject, want: string][] = [
  ["goes on and measures the same is taken over", ourRun({}), "exp-m"],
  ["measures something else is left alone", ourRun({}, { metrics: [] }), "exp-m.1"],
  ["has ended before is left alone", { ...ourRun({}), status: { phase: "Successful" } }, "exp-m.1"],
  ["is being ended is left alone", ourRun({}, { terminate: true }), "exp-m.1"],
  [
    "has ended since the pods became available counts",
    { ...ourRun({ creationTimestamp: "2024-05-01T12:00:01Z" }), status: { phase: "Successful" } },
    "exp-m",
  ],
  ["belongs to somebody else is left alone", ourRun(others), "exp-m.1"],
];
for (const [name, run, want] of names) {
  test(`a run of that name that ${name}`, async () => {
    const lab = await available({
      spec: { analyses: [analysis()] },
      objects: [analysisTemplate("t"), run],
    });
    equal(lab.status.analysisRuns?.[0]?.analysisRun, want);
  });
}

test("a run that was started but not told yet is ended too", async () => {
  const lab = await available({ spec: { analyses: [analysis()] }, objects: [analysisTemplate("t")] });
  lab.edit("Experiment", "exp", { spec: { terminate: true }, status: { analysisRuns: null } });
  const events = await lab.settle();
  equal(events.filter((event) => event.includes("Terminating m (exp-m)")).length, 1);
  equal((lab.get("AnalysisRun", "exp-m")["spec"] as { terminate?: boolean }).terminate, true);
});

test("a required analysis is measured even if the time is already over", async () => {
  const lab = new Lab({
    spec: { duration: "1s", analyses: [analysis({ requiredForCompletion: true })] },
    objects: [analysisTemplate("t")],
  });
  await lab.settle();
  lab.available("exp-a");
  await lab.look();
  lab.pass(10);
  await lab.settle();
  equal(lab.phase, "Running");
  lab.run("exp-m", "Failed", "bad");
  await lab.settle();
  equal(lab.phase, "Failed: bad");
});

test("an optional analysis is not started when the time is already over", async () => {
  const lab = new Lab({ spec: { duration: "1s", analyses: [analysis()] }, objects: [analysisTemplate("t")] });
  await lab.settle();
  lab.available("exp-a");
  await lab.look();
  lab.pass(10);
  await lab.settle();
  deepEqual([lab.phase, lab.find("AnalysisRun", "exp-m")], ["Successful", undefined]);
});
