import { Problem } from "../api/problem.ts";
import { duration, type Instant, instant, type Millis, since } from "../api/time.ts";
import { textOf } from "./backtestText.ts";
import { type Backtested, backtested } from "./backtestTrials.ts";
import { command } from "./command.ts";
import { readManifests } from "./manifests.ts";

/** Tells what analysis templates would have said in the past, from stored samples. */
export const backtest = command({
  usage: "-f FILE... (--prometheus URL | --samples FILE) --from T [--to T] [--step D] [-o text|json|html]",
  about: "tell what analysis templates would have said in the past",
  options: {
    filename: {
      type: "string",
      short: "f",
      multiple: true,
      value: "FILE",
      about: "AnalysisTemplates and ClusterAnalysisTemplates; - is stdin",
    },
    prometheus: { type: "string", value: "URL", about: "the server that has the samples" },
    samples: {
      type: "string",
      value: "FILE",
      about: "recorded samples: JSON, by metric name a reply of query_range or a list of [TIME, VALUE]",
    },
    from: { type: "string", value: "T", about: "the begin: RFC 3339, or a duration ago such as 6h" },
    to: { type: "string", value: "T", default: "0", about: "the end, in the same way (default now)" },
    step: {
      type: "string",
      value: "D",
      default: "1m",
      about: "the time between two samples, and between the begins of two analyses at least (default 1m)",
    },
    arg: {
      type: "string",
      multiple: true,
      value: "NAME=VALUE",
      about: "the value of an argument of the templates",
    },
    output: {
      type: "string",
      short: "o",
      value: "text|json|html",
      default: "text",
      about: "how the answer is printed; html is one page with charts",
    },
  },
  async run({ values, positionals }, { out }) {
    const { output } = values;
    if (!["text", "json", "html"].includes(output)) throw new Problem(`-o ${output}: text, json or html`);
    const { prometheus, samples } = values;
    if ((prometheus === undefined) === (samples === undefined)) {
      throw new Problem("give either --prometheus or --samples");
    }
    const all = await backtested({
      objects: await readManifests([...values.filename, ...positionals]),
      args: new Map(values.arg.map(argumentOf)),
      ...spanOf(values, Date.now() as Instant),
      source: prometheus === undefined ? { file: samples ?? "" } : { prometheus },
    });
    out(await shown(all, output));
    return all.every(isGood) ? 0 : 1;
  },
});

/** Whether no analysis would have ended badly. */
function isGood({ trials }: Backtested): boolean {
  return trials.every(({ phase }) => phase === "Successful" || phase === "Running");
}

async function shown(all: readonly Backtested[], output: string): Promise<string> {
  if (output === "text") return textOf(all).join("\n");
  if (output === "html") return (await import("./backtestPage.ts")).pageOf(all);
  const time = (at: Instant) => new Date(at).toISOString();
  const plain = all.map(({ name, from, to, trials, skipped }) => ({
    name,
    from: time(from),
    to: time(to),
    skipped,
    analyses: trials.map(({ startedAt, endedAt, measurements, ...rest }) => ({
      startedAt: time(startedAt),
      endedAt: time(endedAt),
      ...rest,
      measurements: measurements.map(({ at, ...more }) => ({ at: time(at), ...more })),
    })),
  }));
  return JSON.stringify(plain, null, 2);
}

function argumentOf(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Problem(`--arg ${text}: write NAME=VALUE`);
  return [name, value];
}

interface Asked {
  readonly from: string | undefined;
  readonly to: string;
  readonly step: string;
}

/** The time asked about, in whole seconds. */
function spanOf(asked: Asked, now: Instant): { from: Instant; to: Instant; step: Millis } {
  if (asked.from === undefined) throw new Problem("--from is missing: when does the time begin?");
  const from = timeOf(asked.from, now);
  const to = timeOf(asked.to, now);
  const step = duration(asked.step);
  if (from >= to) throw new Problem("--from must be before --to");
  if (step < 1000 || since(from, to) / step > mostSteps) {
    throw new Problem(`--step ${asked.step}: at least 1s, and at most ${mostSteps} steps in the whole time`);
  }
  return { from, to, step };
}

/** More points than this are no picture any more. */
const mostSteps = 100_000;

function timeOf(text: string, now: Instant): Instant {
  const at = /^\d{4}-/.test(text) ? instant(text) : now - duration(text);
  return (Math.floor(at / 1000) * 1000) as Instant;
}
