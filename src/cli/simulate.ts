import { type KubeObject, refOf } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { duration, formatDuration, type Millis, seconds } from "../api/time.ts";
import { ourDefinitions, type Played, play } from "../sim/play.ts";
import type { Story } from "../sim/story.ts";
import type { Moment } from "../sim/timeline.ts";
import { table } from "./columns.ts";
import { command, type Output } from "./command.ts";
import { readManifests, scenarioKind } from "./manifests.ts";
import { ailmentsOf, imageOf, metricOf, scenarioOf, type Told } from "./scenario.ts";

/** How long pods take until they are ready when nothing is said. */
const usualStart = seconds(5);

/** Plays the update of each Rollout in the files on a virtual clock and prints what happens when, and why. */
export const simulate = command({
  usage:
    "-f FILE... [--set CONTAINER=IMAGE]... [--metric NAME=VALUE[@TIME]]..." +
    " [--ready-after D] [--crash IMAGE]...",
  about: "play the update of a Rollout without a cluster and print the timeline",
  options: {
    filename: {
      type: "string",
      short: "f",
      multiple: true,
      value: "FILE",
      about: "manifests and scenarios; - is stdin",
    },
    set: { type: "string", multiple: true, value: "CONTAINER=IMAGE", about: "the new image of a container" },
    metric: {
      type: "string",
      multiple: true,
      value: "NAME=VALUE[@TIME]",
      about: "what a metric shows from a time after the update on: JSON, nodata or error",
    },
    readyAfter: { type: "string", value: "D", about: "how long pods take until they are ready (default 5s)" },
    crash: {
      type: "string",
      multiple: true,
      value: "IMAGE[=FATE]",
      about: "pods of this image crash, or are noImage, unready or unschedulable",
    },
    output: {
      type: "string",
      short: "o",
      value: "text|json|yaml",
      default: "text",
      about: "how the timeline is printed",
    },
  },
  async run({ values, positionals }, output) {
    const { output: format } = values;
    if (!["text", "json", "yaml"].includes(format)) throw new Problem(`-o ${format}: text, json or yaml`);
    const documents = await readManifests([...values.filename, ...positionals]);
    const scenarios = documents.filter(({ kind }) => kind === scenarioKind).map(scenarioOf);
    const objects = documents.filter(({ kind }) => kind !== scenarioKind);
    const told = [...scenarios, toldBy(values)];
    const stories = storiesOf(objects, told);
    const definitions = ourDefinitions();
    const played: Played[] = [];
    for (const story of stories) played.push(await play(story, definitions));
    await show(played, format, output);
    return played.every(({ outcome }) => outcome === "completed") ? 0 : 1;
  },
});

/** What the options say. */
function toldBy(values: {
  readonly set: readonly string[];
  readonly metric: readonly string[];
  readonly crash: readonly string[];
  readonly readyAfter: string | undefined;
}): Told {
  return {
    images: new Map(values.set.map(imageOf)),
    metrics: values.metric.map(metricOf),
    ailments: ailmentsOf(values.crash),
    ...(values.readyAfter !== undefined && { readyAfter: duration(values.readyAfter) }),
    actions: [],
  };
}

/** One story for each Rollout, with all other objects; what comes later in `told` has the last word. */
function storiesOf(objects: readonly KubeObject[], told: readonly Told[]): readonly Story[] {
  const rollouts = objects.filter(({ kind }) => kind === "Rollout");
  const others = objects.filter(({ kind }) => kind !== "Rollout");
  if (rollouts.length === 0) throw new Problem("there is no Rollout in the files: name them with -f");
  return rollouts.map((rollout) => {
    const { namespace = "default" } = rollout.metadata;
    return {
      objects: [...others, rollout].map((object) => within(namespace, object)),
      rollout: refOf(within(namespace, rollout)),
      images: merged(told.map(({ images }) => images)),
      metrics: told.flatMap(({ metrics }) => metrics),
      ailments: merged(told.map(({ ailments }) => ailments)),
      readyAfter: told.findLast(({ readyAfter }) => readyAfter !== undefined)?.readyAfter ?? usualStart,
      actions: told.flatMap(({ actions }) => actions),
    };
  });
}

function within(namespace: string, object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

function merged<Value>(maps: readonly ReadonlyMap<string, Value>[]): ReadonlyMap<string, Value> {
  return new Map(maps.flatMap((map) => [...map]));
}

async function show(played: readonly Played[], format: string, { out }: Output): Promise<void> {
  if (format === "text") {
    for (const each of played) out(textOf(each).join("\n"));
    return;
  }
  const shown = played.map(({ outcome, moments, rollout }) => ({
    ...(played.length > 1 && { rollout: `${rollout.metadata.namespace}/${rollout.metadata.name}` }),
    outcome,
    moments,
  }));
  const value = shown.length === 1 ? shown[0] : shown;
  if (format === "json") return out(JSON.stringify(value, null, 2));
  const { stringify } = await import("yaml");
  out(stringify(value, { lineWidth: 0 }).trimEnd());
}

/** The timeline of one rollout: a line for each moment, and below it the writes with their reasons. */
function textOf({ outcome, moments, rollout }: Played): readonly string[] {
  const { name, namespace } = rollout.metadata;
  const { replicas = 1 } = rollout["spec"] as { replicas?: number };
  const rows = moments.map((moment) => rowOf(moment, replicas));
  const [head = "", ...lines] = table(["TIME", "STEP", "WEIGHT", "STABLE", "CANARY", "STATUS"], rows);
  const last = moments.at(-1);
  return [
    `${namespace}/${name}`,
    head,
    ...moments.flatMap((moment, at) => [lines[at] ?? "", ...effectLines(moment)]),
    `${outcome} after ${timeText(last?.at ?? 0)}: weight ${last?.weight ?? 0}, ` +
      `stable ${last?.pods.stable ?? 0}/${replicas}, canary ${last?.pods.canary ?? 0}/${replicas}`,
  ];
}

function rowOf({ at, step, weight, pods, phase, message }: Moment, replicas: number): readonly string[] {
  const status = message === "" ? phase : `${phase}: ${message}`;
  const shownStep = step === null ? "-" : String(step);
  return [
    timeText(at),
    shownStep,
    String(weight),
    `${pods.stable}/${replicas}`,
    `${pods.canary}/${replicas}`,
    status,
  ];
}

function effectLines({ effects }: Moment): readonly string[] {
  return effects.map((effect) => `        ${effect.do} ${effect.object}: ${effect.why}`);
}

function timeText(at: number): string {
  return formatDuration((at * 1000) as Millis);
}
