import { messageOf } from "../../api/problem.ts";
import type { Instant } from "../../api/time.ts";
import { compile, evaluate } from "./evaluate.ts";
import { isEmpty, type Value } from "./result.ts";

/**
 * What a measurement's conditions are asked about. Empty conditions are absent; one of only blanks is an
 * Error.
 */
export interface Judged {
  readonly result: Value;
  readonly successCondition?: string | undefined;
  readonly failureCondition?: string | undefined;
  /** What `now()` says in a condition; without it, such a condition is an Error. */
  readonly now?: Instant | undefined;
}

/** What the conditions say of one measurement. */
export interface Outcome {
  readonly phase: "Successful" | "Failed" | "Inconclusive" | "Error";
  /** Why it is an Error. */
  readonly message?: string;
}

const noData = "metric result is nil or empty: no data returned from the metric provider";

/**
 * What the conditions of a metric say of a result (analysis 3.2). Never throws: a condition that cannot be
 * evaluated is an Error.
 */
export function outcomeOf({ result, successCondition = "", failureCondition = "", now }: Judged): Outcome {
  const success = answer("successCondition", successCondition, result, now);
  if (typeof success === "string") return { phase: "Error", message: success };
  const failure = answer("failureCondition", failureCondition, result, now);
  if (typeof failure === "string") return { phase: "Error", message: failure };

  if (failure === true) return { phase: "Failed" };
  if (success === true) return { phase: "Successful" };
  if (success === undefined) return { phase: "Successful" };
  return { phase: failure === undefined ? "Failed" : "Inconclusive" };
}

/** The truth of a condition, undefined when there is none, or the message of the error. */
function answer(
  name: string,
  source: string,
  result: Value,
  now: Instant | undefined,
): boolean | string | undefined {
  if (source === "") return undefined;
  try {
    return evaluate(compile(source), result, now);
  } catch (error) {
    const cause = isEmpty(result) ? noData : messageOf(error);
    return `could not evaluate ${name} "${source}": ${cause}`;
  }
}
