import { messageOf, Problem } from "../api/problem.ts";
import { accessOf } from "../kube/access.ts";
import { clientOf } from "../kube/client.ts";
import { type ConfigOptions, loadConfig } from "../kube/config.ts";
import { Discovery } from "../kube/discovery.ts";
import { transportOf } from "../kube/transport.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";

/** The cluster of a kubeconfig, and the namespace that goes with it. */
export interface Live {
  readonly client: Client;
  readonly namespace: string;
}

/**
 * Does something with the cluster of the kubeconfig; the connection is closed afterwards. What the cluster or
 * the kubeconfig answers as an error is a `Problem`.
 */
export async function withCluster<T>(options: ConfigOptions, work: (live: Live) => Promise<T>): Promise<T> {
  const { config, namespace } = configured(options);
  const access = accessOf(config);
  const transport = transportOf({ access, userAgent: "lotse" });
  try {
    return await work({ client: clientOf(transport, new Discovery(transport)), namespace });
  } catch (error) {
    if (error instanceof ApiError) throw new Problem(`the cluster says: ${error.message}`);
    throw error;
  } finally {
    transport.close();
    access.close();
  }
}

function configured(options: ConfigOptions): ReturnType<typeof loadConfig> {
  try {
    return loadConfig(options);
  } catch (error) {
    throw new Problem(messageOf(error));
  }
}
