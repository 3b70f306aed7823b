import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { label } from "../../src/api/labels.ts";
import { analysisTemplate, Lab, podTemplate, template } from "./lab.ts";

const analyses = ["one", "two"].map((name) => ({ name, templateName: name }));

test("analysis vector 10.3: what belongs to an experiment is named after it", async () => {
  const lab = new Lab({
    spec: {
      templates: [template("canary", { service: {} })],
      analyses: [{ name: "err", templateName: "t" }],
    },
    objects: [analysisTemplate("t")],
  });
  await lab.settle();
  lab.available("exp-canary");
  await lab.settle();
  for (const [kind, name] of [
    ["ReplicaSet", "exp-canary"],
    ["Service", "exp-canary"],
    ["AnalysisRun", "exp-err"],
  ] as const) {
    notEqual(lab.find(kind, name), undefined, `${kind} ${name}`);
  }
});

test("analysis trap 65: the rules of an experiment are those of each of its runs, whether they fit or not", async () => {
  const lab = new Lab({
    spec: {
      analyses,
      dryRun: [{ metricName: "one" }],
      measurementRetention: [{ metricName: "one", limit: 2 }],
    },
    objects: [analysisTemplate("one"), analysisTemplate("two")],
  });
  await lab.settle();
  lab.available("exp-a");
  await lab.settle();
  for (const name of ["exp-one", "exp-two"]) {
    const { dryRun, measurementRetention } = lab.get("AnalysisRun", name)["spec"] as Record<string, unknown>;
    deepEqual([dryRun, measurementRetention], [[{ metricName: "one" }], [{ metricName: "one", limit: 2 }]]);
  }
  const message = "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)";
  lab.run("exp-two", "Error", message);
  await lab.settle();
  equal(lab.phase, `Error: ${message}`);
});

test("analysis trap 67: a template that is missing is an error at once, but the ReplicaSet is there", async () => {
  const lab = new Lab({ spec: { analyses: [{ name: "m", templateName: "none" }] } });
  await lab.settle();
  equal(
    lab.phase,
    `Error: AnalysisTemplate verification failed for analysis 'm': analysistemplate.argoproj.io "none" not found`,
  );
  deepEqual(lab.sizes, { "exp-a": 0 });
});

test("analysis trap 69: fields that the API server has filled in make another hash", async () => {
  const defaulted = { ...podTemplate, spec: { ...podTemplate.spec, restartPolicy: "Always" } };
  const lab = new Lab({ spec: { templates: [template("a"), template("b", { template: defaulted })] } });
  await lab.look();
  const hashOf = (name: string) => lab.get("ReplicaSet", name).metadata.labels?.[label.podHash];
  notEqual(hashOf("exp-a"), hashOf("exp-b"));
});

test("the events of an analysis tell every phase in order, however fast its run is", async () => {
  const lab = new Lab({
    spec: { analyses: [{ name: "m", templateName: "t" }] },
    objects: [analysisTemplate("t")],
  });
  await lab.settle();
  lab.available("exp-a");
  await lab.look();
  await lab.look();
  const events = [...lab.events];
  lab.run("exp-m", "Running");
  events.push(...(await lab.settle()));
  lab.run("exp-m", "Successful");
  events.push(...(await lab.settle()));
  deepEqual(
    events.filter((event) => event.includes("AnalysisRun '")),
    [
      "Normal AnalysisRunPending AnalysisRun 'm' transitioned from  -> Pending",
      "Normal AnalysisRunRunning AnalysisRun 'm' transitioned from Pending -> Running",
      "Normal AnalysisRunSuccessful AnalysisRun 'm' transitioned from Running -> Successful",
    ],
  );
});
