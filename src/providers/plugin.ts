import * as z from "zod";
import { HttpPlugin } from "../api/httpProviders.ts";
import { isJson } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { later, type Millis, rfc3339, seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { compactJson, parsedJson } from "./json.ts";
import { type Asking, provider, type UnderWay } from "./provider.ts";

/** The version of the protocol that is spoken with the service. */
const version = 1;

/** The longest text that the status takes over, in characters. Nothing is cut: half a secret is one too. */
const longestText = 4096;

/** The most entries that the metadata of a measurement may have. */
const mostEntries = 16;

/** What the controller itself notes with a measurement. */
const reserved = ["noData", "noDataSince"];

const Text = z.string().max(longestText);
const Metadata = z.record(z.string(), Text).refine(
  (entries) => {
    const keys = Object.keys(entries);
    return keys.length <= mostEntries && !keys.some((key) => reserved.includes(key) || key.length > 256);
  },
  `at most ${mostEntries} entries, none of them ${reserved.join(" or ")}`,
);

/** What a service answers. */
const Reply = z.discriminatedUnion("is", [
  z.object({
    is: z.literal("value"),
    value: z.unknown().optional(),
    text: Text.optional(),
    metadata: Metadata.optional(),
  }),
  z.object({
    is: z.literal("verdict"),
    phase: z.enum(["Successful", "Failed", "Inconclusive"]),
    text: Text.optional(),
    message: Text.optional(),
    metadata: Metadata.optional(),
  }),
  z.object({
    is: z.literal("running"),
    resumeAfterSeconds: z.number().min(1).max(86_400).default(10),
    metadata: Metadata.optional(),
  }),
  z.object({ is: z.literal("error"), message: Text }),
]);

/**
 * Metrics that are not built in: an HTTP service measures them, asked in a small JSON protocol
 * (docs/metric-plugin.md). Programs that the peer loads for them are not loaded: each measurement says so.
 */
export const plugin = provider(z.record(z.string(), z.unknown()), {
  run: (spec, asking) => asked(spec, asking, { do: "run", number: asking.number }),
  resume: (spec, asking) => asked(spec, asking, { do: "resume", measurement: underWay(asking) }),
  terminate: (spec, asking) =>
    asked(spec, asking, { do: "terminate", measurement: { metadata: asking.metadata } }),
});

function underWay({ startedAt, metadata }: UnderWay): unknown {
  return { startedAt: rfc3339(startedAt), metadata };
}

/** What is asked of the service, beside what every question says. */
interface Task {
  readonly do: "run" | "resume" | "terminate";
  readonly number?: number;
  readonly measurement?: unknown;
}

async function asked(
  given: Readonly<Record<string, unknown>>,
  asking: Asking,
  task: Task,
): Promise<Measured> {
  const [name = "", spec] = Object.entries(given)[0] ?? [];
  const { url, headers = [], timeoutSeconds = 0, insecure, config } = specOf(name, spec);
  const { namespace, name: run, uid } = asking.run;
  const question = {
    version,
    ...task,
    plugin: name,
    run: { namespace, name: run, uid },
    metric: asking.metric.name,
    now: rfc3339(asking.now),
    config: config ?? {},
  };
  const reply = await asking.http({
    method: "POST",
    url,
    headers: {
      ...Object.fromEntries(headers.map(({ key, value }) => [key, value])),
      "Content-Type": "application/json",
    },
    body: JSON.stringify(question),
    timeout: seconds(timeoutSeconds <= 0 ? 10 : timeoutSeconds),
    insecure,
    reads: task.do === "resume",
    signal: asking.signal,
  });
  if (reply.status < 200 || reply.status > 299) {
    return { is: "error", message: `plugin ${name}: received non 2xx response code: ${reply.status}` };
  }
  return measuredBy(name, reply.body, asking);
}

function specOf(name: string, spec: unknown): HttpPlugin {
  if (!isJson(spec) || spec["url"] === undefined) {
    throw new Problem(
      `provider.plugin["${name}"]: plugins are not loaded by this controller; ` +
        "give the url of an HTTP service that measures instead (docs/metric-plugin.md), or use provider.web",
    );
  }
  const { success, data, error } = HttpPlugin.safeParse(spec);
  if (success) return data as HttpPlugin;
  throw new Problem(`provider.plugin["${name}"]${said(error)}`);
}

function measuredBy(name: string, body: string, { now }: Asking): Measured {
  const { success, data, error } = Reply.safeParse(parsedJson(body));
  if (!success) return { is: "error", message: `plugin ${name}: its answer is none${said(error)}` };
  switch (data.is) {
    case "value":
      return {
        ...data,
        value: data.value ?? null,
        text: data.text ?? textOf(data.value),
      };
    case "running": {
      const wait = Math.ceil(data.resumeAfterSeconds * 1000) as Millis;
      return { is: "running", resumeAt: later(now, wait), metadata: data.metadata };
    }
    default:
      return data;
  }
}

function textOf(value: unknown): string {
  const text = compactJson(value);
  return text.length > longestText ? `${text.length} characters of JSON` : text;
}

/** Where data differs from its schema, and how: `.url: …`; what it says is not repeated. */
function said({ issues }: z.ZodError): string {
  const [issue] = issues;
  return `${(issue?.path ?? []).map((part) => `.${String(part)}`).join("")}: ${issue?.message ?? "invalid"}`;
}
