import { analysisRunKind, analysisRunRef } from "../analysis/index.ts";
import { isCompleted } from "../analysis/phases.ts";
import type { RunSnapshot } from "../analysis/snapshot.ts";
import type { NewAnalysisRun } from "../analysis/templates.ts";
import type { AnalysisRunStatus } from "../analysis/types.ts";
import type { Json } from "../api/json.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { type Instant, justAfter, later, type Millis } from "../api/time.ts";
import type { Measure } from "../reconcile/measure.ts";
import type { CacheReader, Client, Ports, Reading } from "../reconcile/ports.ts";
import { mergePatched } from "./patch/mergePatch.ts";

/** A measurement as it would have been taken. */
export interface TrialMeasurement {
  readonly metric: string;
  readonly at: Instant;
  readonly phase: string;
  readonly value: string;
  readonly message: string;
}

/** One analysis as it would have gone; `Running` when the time was over before its end. */
export interface Trial {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly phase: string;
  readonly message: string;
  readonly measurements: readonly TrialMeasurement[];
}

/** The time in which analyses are tried, and how. */
export interface TrialOptions {
  readonly from: Instant;
  readonly to: Instant;
  /** The least time from the begin of one analysis to the next. */
  readonly step: Millis;
  readonly measure: Measure;
}

/**
 * What an analysis would have said in the past: it runs on a virtual clock, and as soon as it has ended the
 * next one begins, until the time is over.
 */
export async function backtest(run: NewAnalysisRun, options: TrialOptions): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (let at = options.from; at < options.to; ) {
    const trial = await tried(run, at, options);
    trials.push(trial);
    at = Math.max(trial.endedAt, later(at, options.step)) as Instant;
  }
  return trials;
}

async function tried(
  template: NewAnalysisRun,
  startedAt: Instant,
  { to, measure }: TrialOptions,
): Promise<Trial> {
  const lab = new Lab(template, startedAt);
  const kind = analysisRunKind({ measure });
  const measurements: TrialMeasurement[] = [];
  for (;;) {
    const seen = await kind.observe(lab.key, lab.ports);
    if (seen === undefined) break;
    if (seen.pending.size > 0) {
      await lab.arrive();
      continue;
    }
    measurements.push(...measuredIn(seen));
    const { status, requeueAt } = kind.decide(seen, lab.now);
    lab.write(status?.patch);
    if (isCompleted(lab.status.phase)) break;
    if (!lab.moveTo(requeueAt, to, seen.arrived.size > 0)) break;
  }
  const { phase = "Running", message = "" } = lab.status;
  return { startedAt, endedAt: lab.now, phase, message, measurements };
}

function measuredIn({ arrived }: RunSnapshot): readonly TrialMeasurement[] {
  return [...arrived].map(([metric, { finding, finishedAt }]) => {
    const { phase, value = "", message = finding.noData?.what ?? "" } = finding;
    return { metric, at: finishedAt, phase, value, message };
  });
}

/** One analysis with a clock of its own, and nothing else around it. */
class Lab {
  readonly key: string;
  readonly ports: Ports;
  readonly #readings = new Map<string, { reading?: Reading; readonly done: Promise<void> }>();
  #now: Instant;
  #run: KubeObject;

  constructor(run: NewAnalysisRun, startedAt: Instant) {
    this.#now = startedAt;
    this.#run = run;
    this.key = `${run.metadata.namespace ?? ""}/${run.metadata.name}`;
    const alone = { watches: () => true, get: (ref: KindRef) => this.#get(ref) };
    this.ports = {
      clock: { now: () => this.#now, at: () => () => {} },
      cache: alone as Pick<CacheReader, "watches" | "get"> as CacheReader,
      client: { get: async () => undefined } as Pick<Client, "get"> as Client,
      readings: {
        take: (_key, id, _how, start) => this.#take(id, start),
        keep: (_, ids) => this.#keep(ids),
      },
      last: () => undefined,
    };
  }

  get now(): Instant {
    return this.#now;
  }

  get status(): AnalysisRunStatus {
    return (this.#run["status"] ?? {}) as AnalysisRunStatus;
  }

  write(patch: Json | undefined): void {
    if (patch !== undefined) this.#run = { ...this.#run, status: mergePatched(this.status, patch) };
  }

  /** Waits for all readings; no time passes. */
  async arrive(): Promise<void> {
    await Promise.all([...this.#readings.values()].map(({ done }) => done));
  }

  /** Moves to when there is something to do; false, and to the end, when there is nothing any more. */
  moveTo(next: Instant | undefined, end: Instant, hasChanged: boolean): boolean {
    const at = next === undefined || next > this.#now || hasChanged ? next : justAfter(this.#now);
    const goesOn = at !== undefined && at <= end;
    this.#now = goesOn ? (Math.max(at, this.#now) as Instant) : end;
    return goesOn;
  }

  #get({ kind }: KindRef): KubeObject | undefined {
    return kind === analysisRunRef.kind ? this.#run : undefined;
  }

  #take(id: string, start: (signal: AbortSignal) => Promise<unknown>): Reading | undefined {
    const known = this.#readings.get(id);
    if (known !== undefined) return known.reading;
    const at = { startedAt: this.#now, finishedAt: this.#now };
    const arrived = (reading: Reading): void => {
      entry.reading = reading;
    };
    const entry: { reading?: Reading; readonly done: Promise<void> } = {
      done: start(new AbortController().signal).then(
        (value) => arrived({ is: "value", value, ...at }),
        (error: Error) => arrived({ is: "error", message: error.message, ...at }),
      ),
    };
    this.#readings.set(id, entry);
    return undefined;
  }

  #keep(ids: ReadonlySet<string>): void {
    for (const id of this.#readings.keys()) if (!ids.has(id)) this.#readings.delete(id);
  }
}
