import type { Metric } from "../api/metric.ts";
import type { Instant } from "../api/time.ts";

/** The AnalysisRun that something is measured for. */
export interface MeasuredRun {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Missing until its first status was written. */
  readonly startedAt?: Instant | undefined;
}

/**
 * What a provider is asked to do: begin a measurement (the `number` counts those of this metric from 1), look
 * at one that takes longer, end one, or delete what all but the newest measurements left behind.
 */
export type MeasureTask =
  | { readonly do: "run"; readonly number: number }
  | {
      readonly do: "resume";
      readonly startedAt: Instant;
      readonly metadata: Readonly<Record<string, string>>;
    }
  | { readonly do: "terminate"; readonly metadata: Readonly<Record<string, string>> }
  | { readonly do: "collect"; readonly limit: number };

/** One question to a provider. */
export interface MeasureRequest {
  readonly run: MeasuredRun;
  /**
   * The metric with all arguments put in, values of secrets too: it lives in memory only and is never logged.
   */
  readonly metric: Metric;
  readonly task: MeasureTask;
  readonly now: Instant;
  /**
   * The instant that a time expression says: `now() - duration("1h")`. Throws `Problem` when it says none.
   */
  timeOf(expression: string): Instant;
}

/** What every answer may carry. */
interface Remarks {
  /** Kept with the measurement. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Kept with the metric: what was really asked. */
  readonly about?: Readonly<Record<string, string>> | undefined;
}

/**
 * The answer of a provider. A `value` is judged by the metric's conditions; `text` is how the status shows
 * it. Only a provider that judges by itself gives a `verdict`. A list of floats is a `Float64Array`, which
 * the conditions take for a list of numbers; any other list or object may hold anything, as JSON does.
 */
export type Measured = Remarks &
  (
    | {
        readonly is: "value";
        readonly value: unknown;
        readonly text: string;
        /**
         * Whether the value is a list of CloudWatch results, whose members the conditions know beforehand.
         */
        readonly records?: boolean | undefined;
        /** Whether the status shows the value even if no condition could be evaluated. */
        readonly shownAlways?: boolean | undefined;
      }
    | {
        readonly is: "verdict";
        readonly phase: "Successful" | "Failed" | "Inconclusive";
        readonly text?: string | undefined;
        readonly message?: string | undefined;
      }
    | { readonly is: "running"; readonly resumeAt: Instant }
    | { readonly is: "error"; readonly message: string }
  );

/** The port to the metric providers. What it rejects with becomes an `Error` measurement. */
export type Measure = (request: MeasureRequest, signal: AbortSignal) => Promise<Measured>;
