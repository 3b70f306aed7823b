import { type Cluster, type Context, KubeConfig, type User } from "@kubernetes/client-node";

/** What the kubeconfig flags say; what is missing comes from the kubeconfig itself. */
export interface ConfigOptions {
  readonly kubeconfig?: string | undefined;
  /** What stands in a kubeconfig, instead of a file. */
  readonly text?: string | undefined;
  /** Whether the credentials are those of the pod's service account, whatever kubeconfig there is. */
  readonly inCluster?: boolean | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly as?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
}

/** Credentials, and the namespace that goes with them. */
export interface Configured {
  readonly config: KubeConfig;
  readonly namespace: string;
}

/**
 * The kubeconfig of `--kubeconfig`, else of `$KUBECONFIG`, else `~/.kube/config`, else that of the service
 * account, with the flags laid over it. Throws when a file cannot be read or has no such context, cluster or
 * user.
 */
export function loadConfig(options: ConfigOptions): Configured {
  const loaded = new KubeConfig();
  if (options.text !== undefined) loadText(loaded, options.text);
  else if (options.inCluster) loaded.loadFromCluster();
  else if (options.kubeconfig) loaded.loadFromFile(options.kubeconfig);
  else loaded.loadFromDefault();
  if (options.context) loaded.setCurrentContext(options.context);

  const name = loaded.getCurrentContext();
  const context: Context | null = loaded.getContextObject(name);
  if (options.context && context === null)
    throw new Error(`the kubeconfig has no context "${options.context}"`);
  const cluster = found(loaded.getClusters(), options.cluster ?? context?.cluster, "cluster");
  const user = found(loaded.getUsers(), options.user ?? context?.user, "user");

  const config = new KubeConfig();
  config.loadFromClusterAndUser(clusterWith(cluster, options), userWith(user, options));
  return { config, namespace: options.namespace || context?.namespace || "default" };
}

/** The parser's own words may quote the text, in which there are credentials. */
function loadText(config: KubeConfig, text: string): void {
  try {
    config.loadFromString(text);
  } catch {
    throw new Error("this is no kubeconfig");
  }
}

function found<T extends { readonly name: string }>(
  all: readonly T[],
  name: string | undefined,
  what: string,
): T {
  const one = all.find((each) => each.name === name);
  if (one === undefined) throw new Error(`the kubeconfig has no ${what} "${name ?? ""}"`);
  return one;
}

function clusterWith(cluster: Cluster, options: ConfigOptions): Cluster {
  const { server, certificateAuthority: caFile, insecureSkipTlsVerify, tlsServerName } = options;
  const { caData: _, ...withoutCa } = cluster;
  return {
    ...(caFile ? { ...withoutCa, caFile } : cluster),
    ...(server ? { server } : {}),
    ...(insecureSkipTlsVerify === undefined ? {} : { skipTLSVerify: insecureSkipTlsVerify }),
    ...(tlsServerName ? { tlsServerName } : {}),
  };
}

function userWith(
  user: User,
  { token, as, clientCertificate: certFile, clientKey: keyFile }: ConfigOptions,
): User {
  return {
    ...(token ? { name: user.name, token } : user),
    ...(certFile ? { certFile, certData: "" } : {}),
    ...(keyFile ? { keyFile, keyData: "" } : {}),
    ...(as ? { impersonateUser: as } : {}),
  };
}
