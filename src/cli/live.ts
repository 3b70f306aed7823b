import { istioGroup } from "../api/istioRouting.ts";
import { messageOf, Problem } from "../api/problem.ts";
import { controllerNamespace } from "../controller/ownNamespace.ts";
import { accessOf } from "../kube/access.ts";
import { clientOf } from "../kube/client.ts";
import { type ConfigOptions, loadConfig } from "../kube/config.ts";
import { Discovery } from "../kube/discovery.ts";
import { apart } from "../kube/farCluster.ts";
import { findPrimaryCluster, type PrimaryCluster } from "../kube/primaryCluster.ts";
import { type Transport, transportOf } from "../kube/transport.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";

const userAgent = "lotse";

/** The cluster of a kubeconfig, and the namespace that goes with it. */
export interface Live {
  readonly client: Client;
  readonly namespace: string;
  /**
   * The same with Istio's objects where they are: in another cluster when a Secret in the controller's
   * namespace says so. Who may not look for Secrets sees this cluster only.
   */
  readonly withIstio: () => Promise<Routed>;
}

/** A client, and what names this cluster on Istio's objects where these are in another one. */
export interface Routed {
  readonly client: Client;
  readonly istioCluster?: string | undefined;
}

/**
 * Does something with the cluster of the kubeconfig; the connection is closed afterwards. What the cluster or
 * the kubeconfig answers as an error is a `Problem`.
 */
export async function withCluster<T>(options: ConfigOptions, work: (live: Live) => Promise<T>): Promise<T> {
  const { config, namespace } = configured(options);
  const transport = transportOf({ access: accessOf(config), userAgent });
  const client = clientOf(transport, new Discovery(transport));
  let far: Transport | undefined;
  const withIstio = async (): Promise<Routed> => {
    const found = await primaryCluster(client, controllerNamespace());
    if (found === undefined) return { client };
    const { access, secret, id } = found;
    if ("problem" in access)
      throw new Problem(`the kubeconfig of Istio's primary cluster in Secret ${secret}: ${access.problem}`);
    far ??= transportOf({ access, userAgent });
    const both = apart(istioGroup, far, transport);
    return { client: clientOf(both, new Discovery(both)), istioCluster: id };
  };
  try {
    return await work({ client, namespace, withIstio });
  } catch (error) {
    if (error instanceof ApiError) throw new Problem(`the cluster says: ${error.message}`);
    throw error;
  } finally {
    transport.close();
    far?.close();
  }
}

async function primaryCluster(client: Client, namespace: string): Promise<PrimaryCluster | undefined> {
  try {
    return await findPrimaryCluster(client, namespace);
  } catch (error) {
    if (error instanceof ApiError && error.code === 403) return undefined;
    throw error;
  }
}

function configured(options: ConfigOptions): ReturnType<typeof loadConfig> {
  try {
    return loadConfig(options);
  } catch (error) {
    throw new Problem(messageOf(error));
  }
}
