import { setTimeout as sleep } from "node:timers/promises";
import type { Millis } from "../api/time.ts";
import type { Access } from "../kube/access.ts";
import { sparing, unusable } from "../kube/farCluster.ts";
import type { Log } from "../kube/log.ts";
import { findPrimaryCluster, type PrimaryCluster } from "../kube/primaryCluster.ts";
import { asApiError } from "../kube/status.ts";
import type { Transport } from "../kube/transport.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";

/** The other cluster that Istio's objects are in. */
export interface IstioCluster {
  /** Names us there. */
  readonly id: string;
  readonly transport: Transport;
}

/** What finding it needs. */
export interface IstioClusterOptions {
  readonly client: Client;
  /** Where its Secret may be. */
  readonly namespace: string;
  readonly log: Log;
  readonly open: (access: Access) => Transport;
  /** How long to wait until the API server is asked again. */
  readonly retryPeriod: Millis;
  /** Whether nobody waits for the answer any more. */
  readonly isOver: () => boolean;
}

/**
 * Finds the cluster that Istio's objects are in, once: a Secret that comes or changes later counts from the
 * next start on. Undefined when that is this cluster, and when Secrets may not be looked for. A kubeconfig
 * that cannot be used is an error of every request about these objects, and of nothing else.
 */
export async function istioCluster(options: IstioClusterOptions): Promise<IstioCluster | undefined> {
  const { namespace, log, retryPeriod, isOver } = options;
  for (let attempt = 0; !isOver(); attempt += 1) {
    const found = await look(options);
    if (!(found instanceof ApiError)) return found && opened(found, options);
    const fields = { namespace, error: found.message };
    if (found.code === 403) {
      log.info(fields, "May not look for a primary cluster of Istio: its objects are those of this cluster");
      return undefined;
    }
    if (attempt === 0) log.warn(fields, "Whether Istio has a primary cluster is not known yet");
    await sleep(retryPeriod, undefined, { ref: false });
  }
  return undefined;
}

async function look({
  client,
  namespace,
}: IstioClusterOptions): Promise<PrimaryCluster | ApiError | undefined> {
  try {
    return await findPrimaryCluster(client, namespace);
  } catch (error) {
    return asApiError(error);
  }
}

function opened(found: PrimaryCluster, { log, open }: IstioClusterOptions): IstioCluster {
  const { secret, id, ignored, access } = found;
  if (ignored.length > 0)
    log.warn({ secret, ignored }, "Several Secrets name a primary cluster of Istio: the first one counts");
  if ("problem" in access) {
    const what = `the kubeconfig in Secret ${secret} cannot be used: ${access.problem}`;
    const error = `the primary cluster of Istio: ${what}`;
    log.error({ secret, error }, "Rollouts with Istio wait: mend the Secret, then restart the controller");
    return { id, transport: unusable(new ApiError(0, "PrimaryCluster", error)) };
  }
  const server = access.server.href;
  log.info({ secret, server }, "Istio's objects are read, watched and written in its primary cluster");
  return { id, transport: sparing(open(access), `the primary cluster of Istio, ${server}`) };
}
