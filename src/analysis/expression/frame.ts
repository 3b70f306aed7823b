import { Problem } from "../../api/problem.ts";
import type { Instant } from "../../api/time.ts";
import type { Type } from "./types.ts";

/** How many elements an expression may make, as the peer limits it. */
const mostMemory = 1_000_000;

/** How many elements an expression may look at: well under a second of work. */
const mostWork = 3_000_000;

/** What a predicate knows of the element it looks at. */
export interface Pointer {
  item: unknown;
  index: number;
  accumulator: unknown;
}

/** The state of one evaluation: what the expression can see, and what it may still spend. */
export interface Frame {
  readonly names: ReadonlyMap<string, unknown>;
  /** The values of `let`, innermost last. */
  readonly variables: unknown[];
  /** The element of each enclosing predicate, innermost last. */
  readonly pointers: Pointer[];
  /** What `now()` says; undefined where the caller does not know. */
  readonly now: Instant | undefined;
  memory: number;
  work: number;
}

/** Computes a value. Throws a `Problem` when it cannot. */
export type Run = (frame: Frame) => unknown;

/** A part of an expression, ready to run, and what is known of its value. */
export interface Typed {
  readonly type: Type;
  readonly run: Run;
}

export function newFrame(names: ReadonlyMap<string, unknown>, now: Instant | undefined): Frame {
  return { names, variables: [], pointers: [], now, memory: 0, work: 0 };
}

/**
 * Accounts for a new value of this many elements. Throws a `Problem` when the expression has made too many.
 */
export function grow(frame: Frame, size: number): void {
  frame.memory += size;
  if (frame.memory >= mostMemory) throw new Problem("memory budget exceeded");
  spend(frame, size);
}

/**
 * Accounts for looking at this many elements. Throws a `Problem` when the expression has looked at too
 * many.
 */
export function spend(frame: Frame, steps: number): void {
  frame.work += steps;
  if (frame.work > mostWork) throw new Problem("expression takes too long");
}
