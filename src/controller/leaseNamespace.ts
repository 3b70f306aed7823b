import { setTimeout as sleep } from "node:timers/promises";
import type { Millis } from "../api/time.ts";
import type { Log } from "../kube/log.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";

/** What finding the namespace of a lease needs. */
export interface LeaseNamespaceOptions {
  readonly client: Client;
  readonly log: Log;
  /** The controller's namespace, and that of the kubeconfig. */
  readonly own: string;
  readonly other: string;
  /** The name of the lease. */
  readonly lease: string;
  /** How long to wait until the API server is asked again. */
  readonly retryPeriod: Millis;
  /** Whether nobody waits for the answer any more. */
  readonly isOver: () => boolean;
}

/**
 * Where the lease is: the controller's namespace, or that of the kubeconfig when the controller runs outside
 * of a cluster in which its own namespace was never made. Only an answer counts: an API server that was just
 * started refuses everybody for a while, and a guess would wait for ever for a lease that cannot be made.
 */
export async function leaseNamespace(options: LeaseNamespaceOptions): Promise<string> {
  const { log, own, other, retryPeriod, isOver } = options;
  for (let attempt = 0; !isOver(); attempt += 1) {
    const is = await look(options);
    if (is === "there") return own;
    if (is === "missing") {
      const message = "The controller's namespace does not exist: the lease is in another one";
      log.warn({ missing: own, namespace: other }, message);
      return other;
    }
    if (attempt === 0)
      log.warn({ namespace: own, error: String(is) }, "lease: its namespace is not known yet");
    await sleep(retryPeriod, undefined, { ref: false });
  }
  return own;
}

/**
 * Whether the namespace is there. Who may not ask for it, but for the lease in it, was given rights there; as
 * those may have come between the two, it is asked for again.
 */
async function look(options: LeaseNamespaceOptions): Promise<"there" | "missing" | ApiError> {
  const { client, own, lease } = options;
  const first = await isThere(options);
  if (!isForbidden(first)) return first;
  const ref = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: own, name: lease };
  const refused = await client.get(ref).then(() => undefined, asApiError);
  if (refused !== undefined) return refused;
  const second = await isThere(options);
  return isForbidden(second) ? "there" : second;
}

async function isThere({ client, own }: LeaseNamespaceOptions): Promise<"there" | "missing" | ApiError> {
  const namespace = { apiVersion: "v1", kind: "Namespace", name: own };
  return client.get(namespace).then((found) => (found === undefined ? "missing" : "there"), asApiError);
}

function isForbidden(answer: "there" | "missing" | ApiError): boolean {
  return answer instanceof ApiError && answer.code === 403;
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}
