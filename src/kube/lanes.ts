import { setTimeout as sleep } from "node:timers/promises";

/** What lanes need. */
export interface LanesOptions {
  /** Milliseconds since some beginning; `performance.now` unless given. */
  readonly now?: () => number;
}

/** A write that waits. */
type Write = () => Promise<void>;

interface Lane {
  readonly waiting: Write[];
  isWriting: boolean;
}

const ordinary = 8;
/** After a write its lane rests for so many times as long as the write took, and not longer than this. */
const restShare = 3;
const longestRest = 250;
/** While fewer wait, one is written at a time, with rests; then without, and one more for each so many. */
const patient = 4_000;
/** More than so many are not kept waiting. */
const most = 16_000;

/**
 * Writes that do not get in the way of more important ones: they leave the API server three quarters of the
 * time to others, as long as not too many wait. What has the same subject is written in its order; what is
 * urgent goes first.
 */
export class Lanes {
  readonly #now: () => number;
  readonly #urgent = newLane();
  readonly #lanes: readonly Lane[] = Array.from({ length: ordinary }, newLane);
  #next = 0;
  #waiting = 0;
  #writing = 0;
  /** Ends all rests, for good. */
  readonly #hurry = new AbortController();
  #settled: (() => void)[] = [];

  constructor({ now = () => performance.now() }: LanesOptions = {}) {
    this.#now = now;
  }

  /** Takes in a write, which must not reject; false when too many wait already. */
  add(subject: string, isUrgent: boolean, write: Write): boolean {
    if (this.#waiting >= most) return false;
    this.#waiting += 1;
    const lane = isUrgent ? this.#urgent : this.#lanes[numberOf(subject) % ordinary];
    lane?.waiting.push(write);
    this.#begin();
    return true;
  }

  /** From now on nothing rests, and all lanes write at a time. */
  hurry(): void {
    this.#hurry.abort();
    this.#begin();
  }

  /** Resolves when all that was taken in is written. */
  async settled(): Promise<void> {
    if (this.#waiting > 0) await new Promise<void>((resolve) => this.#settled.push(resolve));
  }

  #begin(): void {
    const together = this.#hurry.signal.aborted ? ordinary + 1 : 1 + Math.floor(this.#waiting / patient);
    while (this.#writing < together) {
      const lane = this.#free();
      if (lane === undefined) return;
      void this.#write(lane);
    }
  }

  /** The lane whose turn it is. */
  #free(): Lane | undefined {
    const isFree = ({ waiting, isWriting }: Lane): boolean => !isWriting && waiting.length > 0;
    if (isFree(this.#urgent)) return this.#urgent;
    for (let tried = 0; tried < ordinary; tried += 1) {
      const lane = this.#lanes[this.#next];
      this.#next = (this.#next + 1) % ordinary;
      if (lane !== undefined && isFree(lane)) return lane;
    }
    return undefined;
  }

  async #write(lane: Lane): Promise<void> {
    lane.isWriting = true;
    this.#writing += 1;
    const began = this.#now();
    await lane.waiting.shift()?.();
    lane.isWriting = false;
    this.#waiting -= 1;
    if (this.#waiting === 0) for (const resolve of this.#settled.splice(0)) resolve();
    else await this.#pause(this.#now() - began);
    this.#writing -= 1;
    this.#begin();
  }

  async #pause(took: number): Promise<void> {
    const { signal } = this.#hurry;
    if (signal.aborted || this.#waiting >= patient) return;
    await sleep(Math.min(restShare * took, longestRest), undefined, { signal }).catch(() => {});
  }
}

function newLane(): Lane {
  return { waiting: [], isWriting: false };
}

/** The same number for the same text. */
function numberOf(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
  return sum;
}
