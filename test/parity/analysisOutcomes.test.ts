import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { basic } from "./settings.ts";
import { analysisTemplate, deployed } from "./users.ts";
import type { World } from "./world.ts";

const rate = { templates: [{ templateName: "rate" }] };
const message = 'Metric "m" assessed Failed due to failed (1) > failureLimit (0)';
const prefix = "Rollout aborted update to revision 2: ";

async function updated(strategy: object) {
  const { world, user } = await deployed({
    ...basic(2, { ...strategy }),
    objects: [analysisTemplate("rate")],
  });
  await user.setImage("web:2");
  return { world, user };
}

const runOf = ({ status }: World, type: "Step" | "Background"): string => {
  const { currentStepAnalysisRunStatus, currentBackgroundAnalysisRunStatus } = status.canary ?? {};
  return (type === "Step" ? currentStepAnalysisRunStatus : currentBackgroundAnalysisRunStatus)?.name ?? "";
};

const step = { steps: [{ setWeight: 50 }, { analysis: rate }, { pause: {} }] };
const background = { steps: [{ setWeight: 50 }, { pause: {} }], analysis: rate };

const aborts: readonly [
  strategy: object,
  type: "Step" | "Background",
  phase: string,
  said: string,
  want: string,
][] = [
  [step, "Step", "Failed", message, `Step-based analysis phase error/failed: ${message}`],
  [step, "Step", "Error", "", "Step-based analysis phase error/failed"],
  [background, "Background", "Error", "", "Background analysis phase error/failed"],
  [background, "Background", "Failed", message, `Background analysis phase error/failed: ${message}`],
];
for (const [strategy, type, phase, said, want] of aborts) {
  test(`analysis vector 10.5: a ${type} run ${phase}${said === "" ? "" : " with a message"} aborts`, async () => {
    const { world, user } = await updated(strategy);
    await user.judge(runOf(world, type), phase, said);
    const { abort, phase: shown, message: told, conditions = [] } = world.status;
    const progressing = conditions.find((condition) => condition.type === "Progressing");
    deepEqual([abort, shown, told], [true, "Degraded", `RolloutAborted: ${prefix}${want}`]);
    deepEqual(
      [progressing?.status, progressing?.reason, progressing?.message],
      ["False", "RolloutAborted", prefix + want],
    );
  });
}

test("analysis vector 10.5: an inconclusive step pauses, the run stays, and a promotion goes on", async () => {
  const { world, user } = await updated(step);
  const name = runOf(world, "Step");
  await user.judge(name, "Inconclusive");
  const { pauseConditions, controllerPause, phase, currentStepIndex } = world.status;
  deepEqual(
    [
      pauseConditions?.map(({ reason }) => reason),
      controllerPause,
      phase,
      currentStepIndex,
      runOf(world, "Step"),
    ],
    [["InconclusiveAnalysisRun"], true, "Paused", 1, name],
  );
  await user.status({ pauseConditions: null, controllerPause: false, currentStepIndex: 2 });
  deepEqual(
    [world.status.currentStepIndex, world.status.canary?.currentStepAnalysisRunStatus],
    [2, undefined],
  );
});

test("analysis vector 10.5: the events of a run that succeeds", async () => {
  const { world, user } = await updated(step);
  const name = runOf(world, "Step");
  equal(name, `web-${world.status.currentPodHash}-2-1`);
  await user.judge(name, "Running");
  const said = () => world.events.filter(({ reason }) => reason.startsWith("AnalysisRun"));
  deepEqual(said(), [
    {
      type: "Normal",
      reason: "AnalysisRunRunning",
      message: `Step Analysis Run '${name}' Status New: 'Running' Previous: ''`,
    },
  ]);
  await user.judge(name, "Successful");
  deepEqual(said(), [
    {
      type: "Normal",
      reason: "AnalysisRunSuccessful",
      message: `Step Analysis Run '${name}' Status New: 'Successful' Previous: 'Running'`,
    },
  ]);
  deepEqual(
    world.events.filter(({ reason }) => reason === "RolloutStepCompleted").map((event) => event.message),
    ["Rollout step 2/3 completed (analysis)"],
  );
});
