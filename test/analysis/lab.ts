import { analysisRunKind } from "../../src/analysis/index.ts";
import type { AnalysisRunSpec, AnalysisRunStatus, Metric } from "../../src/analysis/types.ts";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { type Instant, instant, later, type Millis } from "../../src/api/time.ts";
import type { Measure, Measured, MeasureRequest } from "../../src/reconcile/measure.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import type { CacheReader, Client, Ports, Reading, ReadingHow } from "../../src/reconcile/ports.ts";

export const start = instant("2024-05-01T12:00:00Z");
export const key = "ns/run";

/** What a scripted provider answers: an answer, a failure, or nothing until it is told to. */
export type Script = (request: MeasureRequest) => Measured | Promise<Measured>;

export interface LabOptions {
  readonly spec: AnalysisRunSpec;
  readonly status?: AnalysisRunStatus;
  readonly measure?: Script;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** One AnalysisRun with a provider, a clock and a status that is written as the loop writes it. */
export function lab({ spec, status, measure = () => good, secrets = {} }: LabOptions) {
  let now = start;
  let run: KubeObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", namespace: "ns", uid: "run-uid", resourceVersion: "1" },
    spec,
    ...(status && { status }),
  };
  const asked: MeasureRequest[] = [];
  const events: string[] = [];
  const ask: Measure = async (request) => {
    asked.push(request);
    return measure(request);
  };
  const kind = analysisRunKind({ measure: ask });
  const readings = readingsAt(() => now);
  const client = {
    get: async ({ kind: what, name }) => {
      const data = what === "Secret" ? secrets[name] : undefined;
      return data && { apiVersion: "v1", kind: "Secret", metadata: { name }, data };
    },
  } as Pick<Client, "get"> as Client;
  const others = new Map<string, KubeObject>();
  const cached = ({ kind, name }: ObjectRef) =>
    kind === "AnalysisRun" ? run : others.get(`${kind} ${name}`);
  const cache = { watches: () => true, get: cached } as Pick<CacheReader, "watches" | "get"> as CacheReader;
  const ports: Ports = {
    clock: { now: () => now, at: () => () => {} },
    cache,
    client,
    readings,
    last: () => undefined,
  };

  return {
    asked,
    events,
    readings,
    get status(): AnalysisRunStatus {
      return (run["status"] ?? {}) as AnalysisRunStatus;
    },
    get now(): Instant {
      return now;
    },
    /** Whether what the readings have found is urgent. */
    urgent(): readonly (boolean | undefined)[] {
      return [...readings.known.values()].map(({ reading }) => reading && kind.isUrgent?.(reading));
    },
    /** Of each reading under way whether it begins at its leisure. */
    atLeisure(): readonly (boolean | undefined)[] {
      return [...readings.known.values()].map(({ how }) => how.atLeisure);
    },
    /** Puts another object into the cache. */
    put(object: KubeObject): void {
      others.set(`${object.kind} ${object.metadata.name}`, object);
    },
    pass(span: number): void {
      now = later(now, (span * 1000) as Millis);
    },
    change(more: Partial<AnalysisRunSpec>): void {
      run = { ...run, spec: { ...(run["spec"] as AnalysisRunSpec), ...more } };
    },
    /** One look, after which the status is written; undefined when there was nothing to look at. */
    async look(): Promise<Plan | undefined> {
      const seen = await kind.observe(key, ports);
      if (seen === undefined) return undefined;
      const plan = kind.decide(seen, now);
      const patch = plan.status?.patch;
      if (patch !== undefined) run = { ...run, status: merged(run["status"], patch) };
      events.push(
        ...(plan.status?.events ?? []).map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      );
      await new Promise((resolve) => setImmediate(resolve));
      return plan;
    },
    /** Looks until two looks in a row change nothing; returns the last plan. */
    async settle(): Promise<Plan | undefined> {
      for (let quiet = 0; ; ) {
        const before = JSON.stringify(run);
        const plan = await this.look();
        quiet = JSON.stringify(run) === before ? quiet + 1 : 0;
        if (quiet === 2) return plan;
      }
    },
  };
}

export const good: Measured = { is: "value", value: 1, text: "1" };
export const bad: Measured = { is: "value", value: 0, text: "0" };
export const failing: Measured = { is: "error", message: "no such host" };

/** A reading that was asked for. */
interface Taken {
  readonly how: ReadingHow;
  readonly end: AbortController;
  reading?: Reading;
}

function readingsAt(now: () => Instant) {
  const known = new Map<string, Taken>();
  return {
    known,
    take(
      _key: string,
      id: string,
      how: ReadingHow,
      begin: (signal: AbortSignal) => Promise<unknown>,
    ): Reading | undefined {
      const entry = known.get(id);
      if (entry !== undefined) return entry.reading;
      const mine: Taken = { how, end: new AbortController() };
      known.set(id, mine);
      const startedAt = now();
      void begin(mine.end.signal).then((value) => {
        mine.reading = { is: "value", value, startedAt, finishedAt: now() };
      });
      return undefined;
    },
    keep(_key: string, ids: ReadonlySet<string>): void {
      for (const [id, { end }] of known) {
        if (ids.has(id)) continue;
        end.abort();
        known.delete(id);
      }
    },
  };
}

function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(target as object | undefined) };
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = merged(result[field], value);
  }
  return result;
}

/** A metric that is good when its result is 1. */
export const metric = (name: string, more: Partial<Metric> = {}): Metric => ({
  name,
  successCondition: "result == 1",
  provider: { web: { url: "http://x" } },
  ...more,
});
/** The same, measured by a Job. */
export const job = (name: string, more: Partial<Metric> = {}): Metric =>
  metric(name, { provider: { job: { spec: {} } }, ...more });

export const running: Measured = { is: "running", resumeAt: start, metadata: { "job-name": "j" } };
/** What became of a measurement that was ended. */
export const ended: Measured = { is: "verdict", phase: "Inconclusive" };

/** Answers by metric: `bad` for those whose name begins with `bad`, and so on. */
export const byName: Script = ({ metric: { name }, task }) => {
  if (task.do === "terminate") return ended;
  if (name.startsWith("bad")) return bad;
  if (name.startsWith("err")) return failing;
  return name.startsWith("job") ? running : good;
};

/** The status without its times, and the results without their measurements. */
export function outline({
  startedAt: _,
  completedAt: __,
  metricResults,
  ...status
}: AnalysisRunStatus): unknown {
  return {
    ...status,
    ...(metricResults && { metrics: metricResults.map(({ name, phase }) => `${name} ${phase}`) }),
  };
}

/** What a run comes to: `rounds` looks 11 s apart, then, if asked, its end. */
export interface Vector {
  readonly metrics: readonly Metric[];
  readonly more?: Partial<LabOptions["spec"]>;
  readonly terminateAfter?: boolean;
  readonly rounds?: number;
  readonly want: unknown;
}

/** Plays a vector and returns the outline of the status that it comes to. */
export async function played({
  metrics,
  more,
  terminateAfter,
  rounds = 1,
}: Omit<Vector, "want">): Promise<unknown> {
  const run = lab({ spec: { metrics, ...more }, measure: byName });
  for (let round = 0; round < rounds; round += 1) {
    await run.settle();
    run.pass(11);
  }
  if (terminateAfter === true) {
    run.change({ terminate: true });
    await run.settle();
  }
  return outline(run.status);
}
