import type { Instant } from "../api/time.ts";

/** What a strategy decided about moving on. */
export interface Move {
  /** Whether template or steps changed: the update begins anew. */
  readonly reset: boolean;
  /** The step index of the next status; undefined without steps. */
  readonly index: number | undefined;
  /** The step that was found to be done, by its index. */
  readonly completed: number | undefined;
  /** Why the new version becomes stable now; undefined when it does not. */
  readonly promote: string | undefined;
  /** Why the steps are skipped, as the event says it. */
  readonly skip: string | undefined;
  readonly aborted: boolean;
  /** Pauses: all are dropped, some are added, some are taken away. */
  readonly clears: boolean;
  readonly pauses: readonly string[];
  readonly unpauses: readonly string[];
  /** Whether someone's resume still has to take effect: it must outlive writes that fail. */
  readonly keepsResume: boolean;
  /** Blue-green: whether the preview may grow to full size. */
  readonly checkpoint: boolean;
  /** The first instant at which the decision would be another one. */
  readonly until: Instant | undefined;
}

/** A move that leaves everything as it is, at an index. */
export function stay(index: number | undefined, more: Partial<Move> = {}): Move {
  return {
    reset: false,
    index,
    completed: undefined,
    promote: undefined,
    skip: undefined,
    aborted: false,
    clears: false,
    pauses: [],
    unpauses: [],
    keepsResume: false,
    checkpoint: false,
    until: undefined,
    ...more,
  };
}
