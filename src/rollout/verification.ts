import type { AlbStatus } from "../api/rolloutStatus.ts";
import type { Instant } from "../api/time.ts";
import type { EventNote } from "../reconcile/effect.ts";

/** What AWS has confirmed of what was asked. */
export interface Verification {
  /** Whether it has; undefined until it has answered for the first time. */
  readonly verified: boolean | undefined;
  /** Whether the rollout waits for that. */
  readonly gates: boolean;
  /** What is to be told of an answer that is new. */
  readonly events: readonly EventNote[];
  /** The load balancers, where they were looked at. */
  readonly albs: readonly AlbStatus[] | undefined;
  /** When AWS is to be asked again. */
  readonly retryAt: Instant | undefined;
}

/** What AWS has confirmed for a Rollout: weights, and the targets of the Service that users reach. */
export interface Verifications {
  readonly weight: Verification | undefined;
  readonly targets: Verification | undefined;
}

/** Whether the rollout waits until AWS has confirmed this. */
export function isAwaited(verification: Verification | undefined): boolean {
  return verification?.gates === true && verification.verified !== true;
}
