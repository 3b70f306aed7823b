import * as z from "zod";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import { duration, type Millis } from "../api/time.ts";
import { type Action, actionNames } from "../sim/actions.ts";
import type { MetricOutcome } from "../sim/metrics.ts";
import type { Ailment } from "../sim/pods.ts";

const Time = z.union([z.string(), z.number()]);

/** The document `kind: Scenario`: what `lotse simulate` plays besides the objects (docs/simulate.md). */
const Scenario = z.strictObject({
  apiVersion: z.string(),
  kind: z.literal("Scenario"),
  metadata: z.unknown().optional(),
  set: z.record(z.string(), z.string()).optional(),
  readyAfter: Time.optional(),
  metrics: z
    .array(z.strictObject({ name: z.string(), value: z.unknown().optional(), at: Time.optional() }))
    .optional(),
  pods: z.array(z.strictObject({ image: z.string(), fate: z.string() })).optional(),
  actions: z
    .array(
      z.strictObject({
        at: Time,
        do: z.enum(actionNames),
        replicas: z.int().optional(),
        images: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional(),
});

/** What a scenario or the options of `simulate` say about the story. */
export interface Told {
  readonly images: ReadonlyMap<string, string>;
  readonly metrics: readonly MetricOutcome[];
  readonly ailments: ReadonlyMap<string, Ailment>;
  readonly readyAfter?: Millis | undefined;
  readonly actions: readonly { readonly at: Millis; readonly action: Action }[];
}

const start = 0 as Millis;

/** What a scenario document says. Throws a `Problem` that names the field that is wrong. */
export function scenarioOf(document: KubeObject): Told {
  const { set = {}, metrics = [], pods = [], actions = [], readyAfter } = read(Scenario, document);
  return {
    images: new Map(Object.entries(set)),
    metrics: metrics.map(({ name, value, at }) => ({
      metric: name,
      shows: shown(value),
      from: at === undefined ? start : duration(at),
    })),
    ailments: new Map(pods.map(({ image, fate }) => [image, ailment(fate)])),
    ...(readyAfter !== undefined && { readyAfter: duration(readyAfter) }),
    actions: actions.map((action) => ({ at: duration(action.at), action: actionOf(action) })),
  };
}

function actionOf({
  do: name,
  replicas,
  images,
}: z.infer<typeof Scenario.shape.actions.def.innerType.element>): Action {
  if (name === "scale") {
    if (replicas === undefined) throw new Problem("actions: `scale` needs `replicas`");
    return { do: name, replicas };
  }
  if (name === "setImage") {
    if (images === undefined) throw new Problem("actions: `setImage` needs `images`");
    return { do: name, images };
  }
  return { do: name };
}

/** A container and its new image, from `CONTAINER=IMAGE`. */
export function imageOf(text: string): readonly [container: string, image: string] {
  const at = text.indexOf("=");
  if (at < 1 || at === text.length - 1) throw new Problem(`--set ${text}: write CONTAINER=IMAGE`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** What a metric shows, from `NAME=VALUE[@TIME]`. */
export function metricOf(text: string): MetricOutcome {
  const [, metric = "", value = "", time] = /^([^=]+)=(.*?)(?:@([^@]*))?$/s.exec(text) ?? [];
  if (metric === "" || value === "")
    throw new Problem(`--metric ${text}: write NAME=VALUE or NAME=VALUE@TIME`);
  return { metric, shows: shown(parsed(value)), from: time === undefined ? start : duration(time) };
}

function shown(value: unknown): MetricOutcome["shows"] {
  return value === "nodata" || value === "error" ? { is: value } : { is: "value", value };
}

/** A value that is no JSON is a text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The pods of which images are ill, from `IMAGE[=FATE]`, several separated by `|`; by default they crash. */
export function ailmentsOf(texts: readonly string[]): ReadonlyMap<string, Ailment> {
  const parts = texts.flatMap((text) => text.split("|")).filter((part) => part !== "");
  return new Map(
    parts.map((part) => {
      const [image = "", fate = "crash"] = part.split("=");
      return [image, ailment(fate)];
    }),
  );
}

const ailments: readonly string[] = ["crash", "noImage", "unready", "unschedulable"] satisfies Ailment[];

function ailment(text: string): Ailment {
  if (ailments.includes(text)) return text as Ailment;
  throw new Problem(`"${text}" is no fate of pods: ${ailments.join(", ")}`);
}
