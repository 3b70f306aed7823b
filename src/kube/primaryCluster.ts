import { label } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import { messageOf } from "../api/problem.ts";
import type { Client } from "../reconcile/ports.ts";
import { type Access, accessOf } from "./access.ts";
import { loadConfig } from "./config.ts";

/** The cluster that Istio's objects are in, as a Secret names it. */
export interface PrimaryCluster {
  /** `namespace/name` of the Secret. */
  readonly secret: string;
  /** The uid of the Secret: tells what this cluster left there from what others did. */
  readonly id: string;
  /** Further Secrets with the label, which mean nothing. */
  readonly ignored: readonly string[];
  /** The way there, or what is wrong with the kubeconfig; no credentials are repeated. */
  readonly access: Access | { readonly problem: string };
}

/**
 * The cluster named by the Secret in a namespace with the label `istio.argoproj.io/primary-cluster=true`,
 * whose first entry is a kubeconfig; the first by name of several, undefined where there is none
 * (traffic-cli-ops 2.3.1). Rejects with `ApiError` when that cannot be told.
 */
export async function findPrimaryCluster(
  client: Client,
  namespace: string,
): Promise<PrimaryCluster | undefined> {
  const labelSelector = `${label.primaryCluster}=true`;
  const found = await client.list({ apiVersion: "v1", kind: "Secret" }, { namespace, labelSelector });
  const [secret, ...others] = found.toSorted((one, other) =>
    one.metadata.name < other.metadata.name ? -1 : 1,
  );
  if (secret === undefined) return undefined;
  return {
    secret: `${namespace}/${secret.metadata.name}`,
    id: secret.metadata.uid ?? "",
    ignored: others.map(({ metadata }) => `${namespace}/${metadata.name}`),
    access: accessIn(secret),
  };
}

function accessIn(secret: KubeObject): PrimaryCluster["access"] {
  const entries = Object.entries((secret["data"] as Readonly<Record<string, string>> | undefined) ?? {});
  const [first] = entries.toSorted(([one], [other]) => (one < other ? -1 : 1));
  if (first === undefined) return { problem: "there is nothing in it" };
  const [key, data] = first;
  try {
    return accessOf(loadConfig({ text: Buffer.from(data, "base64").toString() }).config);
  } catch (error) {
    return { problem: `${key}: ${messageOf(error)}` };
  }
}
