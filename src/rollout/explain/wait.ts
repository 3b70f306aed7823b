import { earliest, type Instant, instant } from "../../api/time.ts";
import { conditionOf } from "../../reconcile/conditions.ts";
import { advanceDeadline } from "../advance.ts";
import { deadlineApplies, deadlineOf } from "../progressing.ts";
import type { View } from "../view.ts";

/** What a rollout waits for. */
export interface Wait {
  readonly for: string;
  readonly since: Instant | undefined;
  /**
   * When that changes by itself, and what happens then; undefined when only an event or a person can end it.
   */
  readonly until: Instant | undefined;
  readonly ends: string | undefined;
  /** What is in the way, most important first. */
  readonly why: readonly string[];
  /** What happens when it has come. */
  readonly next: readonly string[];
  /** Whether somebody has to do something: the wait does not end well by itself. */
  readonly stuck: boolean;
}

/** A wait of which only this is known. */
export function waitFor(what: string, more: Partial<Wait> = {}): Wait {
  return {
    for: what,
    since: undefined,
    until: undefined,
    ends: undefined,
    why: [],
    next: [],
    stuck: false,
    ...more,
  };
}

/** The instant that a text of the status names; undefined for what is no time. */
export function timeIn(text: string | undefined): Instant | undefined {
  return text === undefined || text === "" ? undefined : instant(text);
}

/** Since when nothing has moved. */
export function lastMoved({ status: { conditions } }: View): Instant | undefined {
  const advanced = conditionOf(conditions, "Advanced") ?? conditionOf(conditions, "Progressing");
  return timeIn(advanced?.lastUpdateTime);
}

/** The progress deadline that runs while pods and routers are waited for, and whether it has passed. */
export function deadlineIn(view: View): Pick<Wait, "until" | "ends" | "stuck"> {
  const { status, spec, promoted, now } = view;
  const { conditions = [] } = status;
  if (conditionOf(conditions, "Progressing")?.reason === "ProgressDeadlineExceeded") {
    return { until: undefined, ends: undefined, stuck: true };
  }
  const runs = !promoted && deadlineApplies(view, status, conditions);
  const until = runs ? earliest(deadlineOf(view, conditions), advanceDeadline(view, conditions)) : undefined;
  if (until === undefined || until < now) return { until: undefined, ends: undefined, stuck: false };
  const aborts = spec.progressDeadlineAbort === true && (status.stableRS ?? "") !== "";
  const ends = aborts
    ? "the update is aborted (progressDeadlineAbort)"
    : "it is called Degraded (ProgressDeadlineExceeded), and goes on";
  return { until, ends, stuck: false };
}
