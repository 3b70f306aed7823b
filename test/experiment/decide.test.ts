import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import { analysisTemplate, Lab, type LabOptions, start, template } from "./lab.ts";

const service = { service: {} };

/** What a round of the sequence shows. */
function picture(lab: Lab): unknown {
  const { phase, availableAt, conditions = [] } = lab.status;
  const set = lab.find("ReplicaSet", "exp-a");
  const { deadline } = { deadline: set?.metadata.annotations?.[annotation.scaleDownDeadline] };
  return {
    size: (set?.["spec"] as { replicas?: number } | undefined)?.replicas,
    service: lab.find("Service", "exp-a") !== undefined,
    template: lab.template()?.status,
    phase,
    availableAt: availableAt !== undefined,
    progressing: conditions.find(({ type }) => type === "Progressing")?.reason,
    deadline: deadline !== undefined,
    events: lab.events.map((event) => event.split(" ")[1]),
  };
}

test("analysis vector 10.4: an experiment goes through the reference's rounds", async () => {
  const lab = new Lab({ spec: { templates: [template("a", service)] } });
  const common = { deadline: false, service: true };

  await lab.look();
  const pending = { template: "Progressing", phase: "Pending", availableAt: false };
  deepEqual(picture(lab), {
    ...common,
    ...pending,
    size: 0,
    service: false,
    progressing: "ReplicaSetUpdated",
    events: ["TemplateProgressing", "ExperimentPending"],
  });

  await lab.look();
  deepEqual(lab.sent, ["create Service exp-a", "patch ReplicaSet exp-a", "patch Experiment exp"]);
  deepEqual(picture(lab), {
    ...common,
    ...pending,
    size: 1,
    progressing: "ReplicaSetUpdated",
    events: ["ScalingReplicaSet"],
  });

  lab.available("exp-a");
  lab.pass(5);
  await lab.look();
  const running = { template: "Running", phase: "Running", availableAt: true, size: 1 };
  deepEqual(picture(lab), {
    ...common,
    ...running,
    progressing: "ReplicaSetUpdated",
    events: ["TemplateRunning", "ExperimentRunning"],
  });
  equal(lab.status.availableAt, "2024-05-01T12:00:05Z");
  ok(lab.template()?.podTemplateHash);
  equal(lab.template()?.serviceName, "exp-a");

  await lab.look();
  deepEqual(picture(lab), { ...common, ...running, progressing: "NewReplicaSetAvailable", events: [] });
  await lab.look();
  deepEqual(lab.sent, []);

  lab.edit("Experiment", "exp", { spec: { terminate: true } });
  lab.pass(3600);
  await lab.look();
  const over = { template: "Successful", phase: "Successful", availableAt: true };
  deepEqual(picture(lab), {
    ...common,
    ...over,
    size: 1,
    deadline: true,
    progressing: "ExperimentCompleted",
    events: ["TemplateSuccessful", "ExperimentSuccessful"],
  });

  const { requeueAt } = await lab.look();
  deepEqual(lab.sent, []);
  equal(requeueAt, lab.now + 30_000);
  lab.pass(30);
  await lab.look();
  deepEqual(picture(lab), {
    ...common,
    ...over,
    size: 0,
    deadline: true,
    progressing: "ExperimentCompleted",
    events: ["ScalingReplicaSet"],
  });

  lab.available("exp-a", 0);
  await lab.look();
  equal(lab.find("Service", "exp-a"), undefined);
  equal(lab.template()?.serviceName, undefined);
  equal(lab.template()?.podTemplateHash, undefined);
  await lab.look();
  deepEqual(lab.sent, []);
});

test("its events tell each change once", async () => {
  const lab = new Lab({
    spec: { analyses: [{ name: "err", templateName: "t" }], duration: "1m" },
    objects: [analysisTemplate("t")],
  });
  const events = [...(await lab.settle())];
  lab.available("exp-a");
  events.push(...(await lab.settle()));
  lab.run("exp-err", "Running");
  events.push(...(await lab.settle()));
  lab.pass(61);
  events.push(...(await lab.settle()));
  deepEqual(events, [
    "Normal TemplateProgressing Template 'a' transitioned from  -> Progressing",
    "Normal ExperimentPending Experiment transitioned from  -> Pending",
    "Normal ScalingReplicaSet Scaled up ReplicaSet exp-a from 0 to 1",
    "Normal TemplateRunning Template 'a' transitioned from Progressing -> Running",
    "Normal ExperimentRunning Experiment transitioned from Pending -> Running",
    "Normal AnalysisRunPending AnalysisRun 'err' transitioned from  -> Pending",
    "Normal AnalysisRunRunning AnalysisRun 'err' transitioned from Pending -> Running",
    "Normal TemplateSuccessful Template 'a' transitioned from Running -> Successful",
    "Normal ExperimentSuccessful Experiment transitioned from Running -> Successful",
    "Normal AnalysisRunTerminating Terminating err (exp-err)",
  ]);
});

/** An experiment with these analyses whose pods are available and whose runs have begun. */
async function running(spec: LabOptions["spec"], ...names: readonly string[]): Promise<Lab> {
  const analyses = names.map((text) => {
    const [name = "", required] = text.split(" ");
    return { name, templateName: "t", requiredForCompletion: required === "required" };
  });
  const lab = new Lab({ spec: { ...spec, analyses }, objects: [analysisTemplate("t")] });
  await lab.settle();
  lab.available("exp-a");
  await lab.settle();
  for (const { name } of analyses) lab.run(`exp-${name}`, "Running");
  await lab.settle();
  return lab;
}

type Do = (lab: Lab) => void | Promise<void>;
const terminated = { spec: { terminate: true } };

const situations: readonly [
  name: string,
  spec: LabOptions["spec"],
  analyses: string[],
  act: Do,
  want: string,
][] = [
  ["runs without duration and analyses until it is terminated", {}, [], (lab) => lab.pass(86_400), "Running"],
  ["succeeds when its duration is over", { duration: "1h" }, [], (lab) => lab.pass(3601), "Successful"],
  ["goes on until its duration is over", { duration: "1h" }, [], (lab) => lab.pass(3600), "Running"],
  [
    "never ends by a duration that cannot be read",
    { duration: "soon" },
    [],
    (lab) => lab.pass(1e6),
    "Running",
  ],
  [
    "does not wait for an optional analysis",
    { duration: "1h" },
    ["o"],
    (lab) => lab.pass(3601),
    "Successful",
  ],
  ["waits for a required analysis", { duration: "1h" }, ["r required"], (lab) => lab.pass(3601), "Running"],
  [
    "ends with its required analysis after its duration",
    { duration: "1h" },
    ["r required"],
    async (lab) => {
      lab.pass(3601);
      await lab.settle();
      equal(lab.template()?.status, "Successful");
      lab.run("exp-r", "Successful");
    },
    "Successful: Required AnalysisRuns completed",
  ],
  [
    "ends with its required analysis before its duration",
    { duration: "1h" },
    ["r required"],
    (lab) => lab.run("exp-r", "Successful"),
    "Successful: Required AnalysisRuns completed",
  ],
  [
    "does not wait for an optional analysis when the required one is done (analysis trap 63)",
    {},
    ["r required", "o"],
    (lab) => lab.run("exp-r", "Successful"),
    "Successful: Required AnalysisRuns completed",
  ],
  [
    "waits for all required analyses",
    {},
    ["r required", "s required"],
    (lab) => lab.run("exp-r", "Successful"),
    "Running",
  ],
  [
    "goes on when an optional analysis has succeeded",
    {},
    ["o"],
    (lab) => lab.run("exp-o", "Successful"),
    "Running",
  ],
  ...["Failed", "Error", "Inconclusive"].map((phase): (typeof situations)[number] => [
    `takes the phase of an analysis: ${phase}`,
    {},
    ["r required", "o"],
    (lab) => lab.run("exp-o", phase, "because"),
    `${phase}: because`,
  ]),
  [
    "takes the worst phase",
    {},
    ["r required", "o"],
    (lab) => {
      lab.run("exp-r", "Inconclusive", "unsure");
      lab.run("exp-o", "Failed", "bad");
    },
    "Failed: bad",
  ],
  [
    "succeeds when it is terminated",
    {},
    [],
    (lab) => lab.edit("Experiment", "exp", terminated),
    "Successful",
  ],
  [
    "succeeds when it is terminated before a required analysis has ended",
    {},
    ["r required"],
    (lab) => lab.edit("Experiment", "exp", terminated),
    "Successful",
  ],
  ["is pending again while pods are missing", {}, [], (lab) => lab.available("exp-a", 0), "Pending"],
  [
    "fails when they are missing for too long",
    {},
    [],
    async (lab) => {
      lab.available("exp-a", 0);
      await lab.settle();
      lab.pass(601);
    },
    "Failed: Template 'a' exceeded its progressDeadlineSeconds (600)",
  ],
];
for (const [name, spec, analyses, act, want] of situations) {
  test(`an experiment ${name}`, async () => {
    const lab = await running(spec, ...analyses);
    equal(lab.phase, "Running");
    await act(lab);
    await lab.settle();
    equal(lab.phase, want);
  });
}

test("an experiment that ended badly keeps what was said about its progress", async () => {
  const lab = await running({ scaleDownDelaySeconds: 0 }, "bad");
  const before = lab.status.conditions;
  equal(before?.[0]?.reason, "NewReplicaSetAvailable");
  lab.run("exp-bad", "Failed");
  await lab.settle();
  lab.available("exp-a");
  await lab.settle();
  equal(lab.template()?.availableReplicas, 0);
  deepEqual(lab.status.conditions, before);
});

test("when it ends, the analyses that go on are told to end, once", async () => {
  const lab = await running({}, "bad", "o", "done");
  lab.run("exp-done", "Successful");
  lab.run("exp-bad", "Failed");
  await lab.settle();
  const asked = ["exp-bad", "exp-o", "exp-done"].map(
    (name) => (lab.get("AnalysisRun", name)["spec"] as { terminate?: boolean }).terminate,
  );
  deepEqual(asked, [undefined, true, undefined]);
  lab.run("exp-o", "Inconclusive");
  await lab.settle();
  deepEqual(
    lab.status.analysisRuns?.map(({ phase }) => phase),
    ["Failed", "Running", "Successful"],
  );
  equal(lab.phase, "Failed");
});

test("available once, available for good", async () => {
  const lab = await running({ duration: "1h" });
  const { availableAt } = lab.status;
  lab.pass(60);
  lab.available("exp-a", 0);
  await lab.settle();
  lab.available("exp-a", 1);
  await lab.settle();
  equal(lab.status.availableAt, availableAt);
  equal(lab.phase, "Running");
});

const deadlines: readonly [name: string, seconds: number, want: string][] = [
  ["at its deadline", 120, "Pending"],
  ["after its deadline", 121, "Failed: Template 'a' exceeded its progressDeadlineSeconds (120)"],
];
for (const [name, count, want] of deadlines) {
  test(`a template without pods ${name}`, async () => {
    const lab = new Lab({ spec: { progressDeadlineSeconds: 120 } });
    await lab.settle();
    const { requeueAt } = await lab.look();
    equal(requeueAt, start + 120_001);
    lab.pass(count);
    await lab.settle();
    equal(lab.phase, want);
    if (count > 120) equal(lab.sizes["exp-a"], 1); // kept for the delay
  });
}

test("it looks again when its time is over, and not at the same instant twice", async () => {
  const lab = await running({ duration: "1h" });
  const { requeueAt } = await lab.look();
  equal(requeueAt, start + 3_600_001);
  lab.pass(3600.001);
  await lab.look();
  equal(lab.phase, "Successful");
  await lab.settle();
  equal((await lab.look()).requeueAt, start + 3_630_000); // deadlines have whole seconds
});

test("one version that fails ends the others", async () => {
  const lab = new Lab({ spec: { templates: [template("a"), template("b", { replicas: 2 })] } });
  await lab.settle();
  lab.available("exp-a");
  lab.pass(10);
  await lab.settle();
  equal(lab.phase, "Pending");
  lab.pass(600);
  await lab.settle();
  equal(lab.phase, "Failed: Template 'b' exceeded its progressDeadlineSeconds (600)");
  deepEqual([lab.template("a")?.status, lab.template("b")?.status], ["Successful", "Failed"]);
  lab.pass(31);
  await lab.settle();
  deepEqual(lab.sizes, { "exp-a": 0, "exp-b": 0 });
});

test("a retry starts over with the same ReplicaSets", async () => {
  const lab = await running({ scaleDownDelaySeconds: 30 }, "m");
  lab.run("exp-m", "Failed");
  await lab.settle();
  equal(lab.phase, "Failed");
  lab.pass(5);
  lab.edit("Experiment", "exp", { status: null });
  await lab.settle();
  equal(lab.phase, "Running");
  const set = lab.get("ReplicaSet", "exp-a");
  equal(set.metadata.annotations?.[annotation.scaleDownDeadline], undefined);
  deepEqual(lab.sizes, { "exp-a": 1 });
  deepEqual(lab.status.analysisRuns, [{ name: "m", analysisRun: "exp-m.1", phase: "Pending" }]);
});

test("terminated before it began, it creates nothing", async () => {
  const lab = new Lab({ spec: { terminate: true } });
  await lab.settle();
  equal(lab.phase, "Successful");
  deepEqual(lab.sizes, {});
});

test("a template without pods is ready at once", async () => {
  const lab = new Lab({ spec: { templates: [template("a", { replicas: 0, ...service })] } });
  await lab.settle();
  equal(lab.phase, "Running");
  equal(lab.find("Service", "exp-a"), undefined);
});

test("two ReplicaSets of one template are a problem", async () => {
  const lab = new Lab({ spec: {} });
  await lab.settle();
  const { metadata, ...rest } = lab.get("ReplicaSet", "exp-a");
  lab.put({ ...rest, metadata: { ...metadata, name: "exp-a-copy", uid: "copy" } });
  const plan = await lab.look();
  equal(plan.problem, "multiple ReplicaSets match single experiment template: a");
  deepEqual(lab.sent, []);
});

test("an invalid spec is told and changes nothing else", async () => {
  const lab = new Lab({ spec: {} });
  await lab.settle();
  lab.edit("Experiment", "exp", { spec: { templates: [template("a"), template("a")] } });
  await lab.settle();
  const told = lab.status.conditions?.find(({ type }) => type === "InvalidSpec");
  equal(told?.message, "Experiment exp has repeated template name 'a' in templates");
  equal(lab.phase, "Pending");
  lab.edit("Experiment", "exp", { spec: { templates: [template("a")] } });
  await lab.settle();
  equal(
    lab.status.conditions?.find(({ type }) => type === "InvalidSpec"),
    undefined,
  );
});
