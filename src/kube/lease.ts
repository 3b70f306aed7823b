import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../api/object.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";
import type { Log } from "./log.ts";

/** The times of leader election, in milliseconds; client-go's, whose defaults the flags have. */
export interface LeaseTimes {
  /** How long others wait for a holder that has fallen silent. */
  readonly duration: number;
  /** How long the holder itself tries to renew before it gives up. */
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

/** What an election needs. */
export interface ElectionOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** `HOSTNAME_UUID` unless given. */
  readonly identity?: string;
  readonly times: LeaseTimes;
  readonly log: Log;
}

/**
 * The lease's name (traffic-cli-ops 7.2): controllers with different instance ids do not exclude each other.
 */
export function leaseName(instanceId: string): string {
  return instanceId === "" ? "argo-rollouts-controller-lock" : `argo-rollouts-controller-lock-${instanceId}`;
}

/** What we read and write of a Lease. */
interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  readonly leaseTransitions?: number;
}

/**
 * Leader election on a Lease with client-go's rules. A foreign lease counts as expired when it has not
 * changed for its duration by *our* clock since we first saw it so, hence clocks need not agree.
 */
export class Election {
  readonly #options: ElectionOptions;
  readonly #identity: string;
  readonly #ending = new AbortController();
  readonly #lost = Promise.withResolvers<void>();
  /** The lease as last seen, and when it was first seen so. */
  #seen: { readonly lease: KubeObject; readonly at: Moment } | undefined;
  /** When we last held it for sure. */
  #renewed: Moment | undefined;
  /** Whether the lease as last seen is our own last write: then it is renewed without reading it first. */
  #isOurs = false;
  #renewing: Promise<void> = Promise.resolve();
  /** What went wrong last; it is said aloud once. */
  #complaint = "";

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#identity = options.identity ?? `${hostname()}_${randomUUID()}`;
  }

  /** Resolves to true once we are the leader (renewing begins), to false when `release` came first. */
  async won(): Promise<boolean> {
    const { log, name, times } = this.#options;
    log.info({ lease: name, identity: this.#identity }, "lease: waiting to become leader");
    while (!this.#ending.signal.aborted) {
      if (await this.#attempt(times.renewDeadline)) {
        log.info({ lease: name, identity: this.#identity }, "lease: became leader");
        this.#renewing = this.#renew();
        return true;
      }
      await this.#pause(times.retryPeriod * (1 + 0.2 * Math.random()));
    }
    return false;
  }

  /** Resolves when the lease was lost; never, when it was released. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /**
   * Whether we may write now: false as soon as the deadline for a renewal has passed, even if no timer has
   * fired.
   */
  get held(): boolean {
    return this.#renewed !== undefined && atMost(this.#renewed) < this.#options.times.renewDeadline;
  }

  /** Gives the lease back, so that a standby can take over at once. Never rejects. */
  async release(): Promise<void> {
    const wasHeld = this.held;
    this.#ending.abort();
    this.#renewed = undefined;
    await this.#renewing;
    if (!wasHeld || this.#seen === undefined) return;
    const { client, log, name } = this.#options;
    const spec: LeaseSpec = {
      ...specOf(this.#seen.lease),
      holderIdentity: "",
      leaseDurationSeconds: 1,
      renewTime: microTime(),
    };
    await client.replace({ ...this.#seen.lease, spec }).then(
      () => log.info({ lease: name }, "lease: released"),
      (error: unknown) => log.warn({ lease: name, error: String(error) }, "lease: not released"),
    );
  }

  async #renew(): Promise<void> {
    const { signal } = this.#ending;
    const { log, name, times } = this.#options;
    while (!signal.aborted) {
      await this.#pause(times.retryPeriod);
      if (signal.aborted) return;
      const left = this.#renewed ? times.renewDeadline - atMost(this.#renewed) : 0;
      if (left > 0) await this.#attempt(Math.min(left, times.renewDeadline / 2));
      if (this.held || signal.aborted) continue;
      log.error({ lease: name }, "lease: lost");
      this.#renewed = undefined;
      this.#lost.resolve();
      return;
    }
  }

  /** One try to take or renew the lease, given up after so many milliseconds. */
  async #attempt(patience: number): Promise<boolean> {
    const { log, name } = this.#options;
    const began = moment();
    const timer = new AbortController();
    const gaveUp = sleep(patience, false, { signal: timer.signal }).catch(() => false);
    const known = this.#isOurs ? this.#seen?.lease : undefined;
    this.#isOurs = false;
    try {
      const mine = await Promise.race([this.#takeOrRenew(known), gaveUp]);
      this.#isOurs = mine;
      if (mine && !this.#ending.signal.aborted) this.#renewed = began;
      else if (!mine && this.#heldByOther()) this.#renewed = undefined;
      return mine;
    } catch (error) {
      const said = String(error);
      log[said === this.#complaint ? "debug" : "warn"]({ lease: name, error: said }, "lease: attempt failed");
      this.#complaint = said;
      return false;
    } finally {
      timer.abort();
    }
  }

  /** The lease is read unless it is known. */
  async #takeOrRenew(known: KubeObject | undefined): Promise<boolean> {
    const { client, namespace, name, times } = this.#options;
    const ref = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name };
    const now = microTime();
    const fresh: LeaseSpec = {
      holderIdentity: this.#identity,
      leaseDurationSeconds: Math.ceil(times.duration / 1_000),
      acquireTime: now,
      renewTime: now,
      leaseTransitions: 0,
    };
    const lease = known ?? (await client.get(ref));
    if (lease === undefined) {
      const { apiVersion, kind } = ref;
      return this.#written(() =>
        client.create({ apiVersion, kind, metadata: { namespace, name }, spec: fresh }),
      );
    }
    if (lease !== known) this.#see(lease);
    const old = specOf(lease);
    const ours = old.holderIdentity === this.#identity;
    if (!ours && !this.#isFree()) return false;
    const transitions = (old.leaseTransitions ?? 0) + (ours ? 0 : 1);
    const acquireTime = ours ? (old.acquireTime ?? now) : now;
    const spec: LeaseSpec = { ...fresh, acquireTime, leaseTransitions: transitions };
    return this.#written(() => client.replace({ ...lease, spec: { ...old, ...spec } }));
  }

  /** Whether the write was the one that counted; a conflict means that somebody else was faster. */
  async #written(write: () => Promise<KubeObject>): Promise<boolean> {
    try {
      this.#see(await write());
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 409) return false;
      throw error;
    }
  }

  #see(lease: KubeObject): void {
    const same = this.#seen?.lease.metadata.resourceVersion === lease.metadata.resourceVersion;
    this.#seen = { lease, at: same && this.#seen ? this.#seen.at : moment() };
  }

  #isFree(): boolean {
    if (this.#seen === undefined) return true;
    const { holderIdentity, leaseDurationSeconds = 0 } = specOf(this.#seen.lease);
    return !holderIdentity || atLeast(this.#seen.at) > leaseDurationSeconds * 1_000;
  }

  #heldByOther(): boolean {
    const holder = this.#seen && specOf(this.#seen.lease).holderIdentity;
    return Boolean(holder) && holder !== this.#identity;
  }

  async #pause(millis: number): Promise<void> {
    await sleep(millis, undefined, { signal: this.#ending.signal }).catch(() => {});
  }
}

/** A point in time by both clocks: one may stand still while the machine sleeps, the other may be set. */
interface Moment {
  readonly steady: number;
  readonly wall: number;
}

function moment(): Moment {
  return { steady: performance.now(), wall: Date.now() };
}

/** The milliseconds that may have passed since then: our own right must not outlive them. */
function atMost({ steady, wall }: Moment): number {
  return Math.max(performance.now() - steady, Date.now() - wall);
}

/**
 * The milliseconds that have passed since then for sure: only after them may a right of others be taken for
 * ended.
 */
function atLeast({ steady, wall }: Moment): number {
  return Math.min(performance.now() - steady, Date.now() - wall);
}

/** The present as a Lease writes it: RFC 3339 with microseconds. */
function microTime(): string {
  return new Date().toISOString().replace("Z", "000Z");
}

function specOf(lease: KubeObject): LeaseSpec {
  return (lease["spec"] ?? {}) as LeaseSpec;
}
