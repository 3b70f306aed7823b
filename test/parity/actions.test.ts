import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../src/api/time.ts";
import { basic, blueGreen, routed } from "./settings.ts";
import { deployed, type User } from "./users.ts";
import type { Beginning, World } from "./world.ts";

/*
 * States in which pairs and triples of actions end, predicted from the reference alone. Each row names the
 * chapter that says so.
 */

const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }];
const window = { rollbackWindow: { revisions: 3 } };

type Act = (user: User, world: World) => Promise<unknown>;

const image =
  (version: number): Act =>
  (user) =>
    user.setImage(`web:${version}`, 23);
const pause: Act = (user) => user.spec({ paused: true }, 23);
const unpause: Act = (user) => user.spec({ paused: false }, 23);
const abort: Act = (user) => user.abort(23);
const scale =
  (replicas: number): Act =>
  (user) =>
    user.scale(replicas, 23);
const resume: Act = (user) => user.resume(23);
const deleteV2: Act = (user) => user.deleteSet("V2", 23);
/** Promotes what there is, and lets the delay of the version before pass. */
const promoteFull: Act = (user) => user.promoteFull(60);
/** No pod of a version becomes available from now on; they need two seconds to come up. */
const breakVersion =
  (version: number): Act =>
  async (_user, world) => {
    world.fate = (name) => (name === `web:${version}` ? { available: 0, after: seconds(2) } : {});
  };
/** Pods need two seconds from now on. */
const slow: Act = async (_user, world) => {
  world.fate = () => ({ after: seconds(2) });
};

/** Conditions in the order in which an update that was paused ends. */
const switched = [
  "Healthy True RolloutHealthy",
  "Progressing True NewReplicaSetAvailable",
  "Completed True RolloutCompleted",
  "Paused False RolloutPaused",
];

/** What is compared of a state: only what a row names. */
interface State {
  readonly sizes?: readonly number[];
  readonly phase?: string;
  readonly message?: string;
  readonly index?: number;
  readonly stable?: string;
  /** The conditions of these types, in this order in the list. */
  readonly conditions?: readonly string[];
  /** Seconds until a deadline, empty for none. */
  readonly until?: Readonly<Record<string, string>>;
  readonly scaled?: readonly string[];
}

const rows: readonly [name: string, setting: Beginning, acts: readonly Act[], state: State][] = [
  [
    "trap 68: a version that was aborted and deleted comes back without pods, and no pause is left",
    routed(4, { steps }),
    [image(2), abort, deleteV2],
    {
      sizes: [4, 0],
      phase: "Degraded",
      conditions: ["Paused False RolloutPaused", "Progressing False RolloutAborted"],
    },
  ],
  [
    "trap 68: a version that was deleted comes back without pods, is scaled, and has its time anew",
    blueGreen(3, {}, { progressDeadlineSeconds: 30 }),
    [breakVersion(2), image(2), scale(4), deleteV2],
    {
      sizes: [4, 4],
      phase: "Progressing",
      conditions: ["Progressing True ReplicaSetUpdated"],
      scaled: ["up web revision 2 from 0 to 4"],
    },
  ],
  [
    "trap 68: the only version that was deleted comes back, which is progress even if its pods never work",
    basic(2, { steps }),
    [breakVersion(1), (user) => user.deleteSet("V1", 23)],
    {
      sizes: [2],
      phase: "Progressing",
      conditions: ["Healthy False RolloutHealthy", "Progressing True ReplicaSetUpdated"],
    },
  ],
  [
    "14: back to a version of the window that is gone, the version between goes at once",
    routed(4, { steps }, window),
    [slow, image(2), promoteFull, image(3), image(1)],
    { sizes: [4, 4, 0], stable: "V1", phase: "Healthy", until: { V3: "", V2: "202s" } },
  ],
  [
    "13.6: back to a version of the window that has its pods, the version between has its delay",
    routed(4, { steps, scaleDownDelaySeconds: 300 }, window),
    [image(2), (user) => user.promoteFull(23), image(3), image(1)],
    { sizes: [4, 4, 1], stable: "V1", phase: "Healthy", until: { V3: "431s" } },
  ],
  [
    "10.3: a canary that a person holds at its end is not promoted because it shall have no pods",
    basic(4, { steps: [{ setWeight: 25 }] }),
    [
      breakVersion(2),
      image(2),
      (user) => user.status({ pauseConditions: null, currentStepIndex: 1 }, 23),
      pause,
      scale(0),
    ],
    { stable: "V1", index: 1, phase: "Paused", conditions: ["Completed False RolloutCompleted"] },
  ],
  [
    "10.3: sizes come before the promotion, so that the version before leaves with those",
    routed(4, { steps: [{ setWeight: 25 }] }),
    [
      breakVersion(2),
      image(2),
      (user) => user.status({ pauseConditions: null, currentStepIndex: 1 }, 23),
      pause,
      scale(0),
      unpause,
    ],
    { sizes: [0, 0], stable: "V2", phase: "Healthy", until: { V1: "" } },
  ],
  [
    "7.1: a switch by full promotion changes the conditions in the peer's order",
    blueGreen(3, { autoPromotionEnabled: false }),
    [slow, image(2), promoteFull],
    { phase: "Healthy", stable: "V2", conditions: switched },
  ],
  [
    "7.1: so does a switch after its time",
    blueGreen(3, { autoPromotionSeconds: 10 }),
    [slow, image(2)],
    { phase: "Healthy", stable: "V2", conditions: switched },
  ],
  [
    "6.1: of an abort and a spec that is invalid since, the message tells the abort",
    basic(4, { steps }),
    [image(2), abort, (user) => user.steps([{ setWeight: 101 }])],
    {
      phase: "Degraded",
      message: "RolloutAborted: Rollout aborted update to revision 2",
      conditions: ["Progressing False RolloutAborted", "InvalidSpec True InvalidSpec"],
    },
  ],
  [
    "13.4: a pause that is over and one that is resumed",
    basic(4, { steps: [{ pause: { duration: 5 } }, { pause: {} }, { setWeight: 50 }, { pause: {} }] }),
    [image(2), resume],
    { index: 3, phase: "Paused", sizes: [2, 2] },
  ],
];

for (const [name, setting, acts, state] of rows) {
  test(`core ${name}`, async () => {
    const { world, user } = await deployed(setting);
    for (const act of acts) await act(user, world);
    deepEqual(stateOf(world, state), state);
  });
}

function stateOf(world: World, { conditions = [], until = {}, ...named }: State): State {
  const facts = world.facts();
  const types = conditions.map((condition) => condition.split(" ")[0]);
  const { phase = "", message = "", currentStepIndex: index = 0 } = world.status;
  const found = {
    sizes: world.sizes,
    phase,
    message,
    index,
    stable: facts.get("stable"),
    scaled: scaledIn(world),
  };
  const all = {
    ...Object.fromEntries(Object.entries(found).filter(([key]) => key in named)),
    conditions: world.conditions.filter((condition) => types.includes(condition.split(" ")[0])),
    until: Object.fromEntries(Object.keys(until).map((key) => [key, facts.get(`${key}.until`) ?? ""])),
  };
  const { conditions: said, until: ends, ...rest } = all;
  return {
    ...rest,
    ...(conditions.length > 0 && { conditions: said }),
    ...(Object.keys(until).length > 0 && { until: ends }),
  };
}

/** The scaling since the last action. */
function scaledIn({ events }: World): readonly string[] {
  const scaling = events.filter(({ reason }) => reason === "ScalingReplicaSet");
  return scaling.map(({ message }) =>
    message.replace(/^Scaled (\w+) ReplicaSet web-\w+ \(revision (\d+)\)/, "$1 web revision $2"),
  );
}
