import { randomBytes } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { binaries } from "./build.ts";
import { freePorts, scratch } from "./child.ts";
import { files, type Layout } from "./flags.ts";
import { type KubectlOptions, type Ran, runKubectl, writeKubeconfig } from "./kubectl.ts";
import { type ExtraFlags, Servers } from "./servers.ts";

/** Someone the API server knows by a token. */
export interface User {
  /** Such as `jane` or `system:serviceaccount:argo-rollouts:argo-rollouts`. */
  readonly name: string;
  /**
   * Besides `system:authenticated`. Default: for a service account those that Kubernetes gives it, else none.
   */
  readonly groups?: readonly string[];
}

/** What a restart may be told. */
export interface RestartOptions {
  /** How long the server stays away, in milliseconds. Default 0. */
  readonly downFor?: number;
}

/** How to start a control plane. */
export interface ControlPlaneOptions {
  /** Whether ReplicaSets get pods, deleted owners take what they own along, and so on. Default true. */
  readonly controllerManager?: boolean;
  /** Who may log in from the start, besides the administrator. */
  readonly users?: readonly User[];
  readonly flags?: ExtraFlags;
  /** Is told what takes long. */
  readonly say?: (line: string) => void;
}

/** How to reach a control plane: plain data, so that another process can be told. */
export interface Access {
  readonly url: string;
  /** Its CA (PEM). */
  readonly ca: string;
  /** The path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly adminToken: string;
  /** Holds the kubeconfigs and the logs (`kube-apiserver.log` and so on). */
  readonly folder: string;
}

/** What can be done to the servers of a control plane. */
export interface Power {
  /**
   * Kills the API server, and starts it again on the same port with the same data. Resolves when it is ready.
   */
  restartApiServer(options?: RestartOptions): Promise<void>;
  /** Kills etcd, and starts it again with its data. Resolves when the API server is ready again. */
  restartEtcd(options?: RestartOptions): Promise<void>;
  /**
   * Makes a user known, and answers the token; restarts the API server, as it reads its token file only then.
   */
  addUser(user: User): Promise<string>;
  /** Ends all its processes and removes its folder. */
  stop(): Promise<void>;
}

/** A real Kubernetes API on 127.0.0.1, without nodes: pods are created, and nobody runs them. */
export interface ControlPlane extends Access, Power {
  /** The path of a kubeconfig for a user that the API server knows. */
  kubeconfigOf(user: string): string;
  /** Runs the installed kubectl as the administrator. A failure is a `code` other than 0, not an error. */
  kubectl(...args: string[]): Promise<Ran>;
  /** The same with an input, or as another user. */
  kubectlWith(options: KubectlOptions, ...args: string[]): Promise<Ran>;
}

const administrator: User = { name: "admin", groups: ["system:masters"] };
const controllerManager: User = { name: "system:kube-controller-manager", groups: ["system:masters"] };
const controller: User = { name: "system:serviceaccount:argo-rollouts:argo-rollouts" };

/**
 * Starts etcd, kube-apiserver and kube-controller-manager on free ports of 127.0.0.1 (ready in about four
 * seconds; the first time ever they are built first). The user
 * `system:serviceaccount:argo-rollouts:argo-rollouts` is always known. Throws `Missing` when they can be
 * neither found nor built.
 */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const programs = await binaries(options.say);
  for (let attempt = 1; ; attempt++) {
    const { folder, remove } = await scratch("control-plane");
    const [etcdPort = 0, etcdPeerPort = 0, apiServerPort = 0] = await freePorts(3);
    const layout = { folder, etcdPort, etcdPeerPort, apiServerPort };
    const tokens = new Tokens(layout);
    const adminToken = await tokens.add(administrator);
    const servers = new Servers(programs, layout, options.flags ?? {}, adminToken);
    const stop = async (): Promise<void> => {
      await servers.stop();
      await remove();
    };
    try {
      return await started(servers, tokens, { adminToken, folder, stop }, options);
    } catch (error) {
      await stop();
      // Another process may take a port between looking and listening.
      if (attempt === 3 || !String(error).includes("address already in use")) throw error;
    }
  }
}

async function started(
  servers: Servers,
  tokens: Tokens,
  { adminToken, folder, stop }: Pick<ControlPlane, "adminToken" | "folder" | "stop">,
  { users = [], controllerManager: managed = true }: ControlPlaneOptions,
): Promise<ControlPlane> {
  const managerToken = await tokens.add(controllerManager);
  const known = await tokens.addAll([controller, ...users]);
  const ca = await servers.start();
  const access = {
    url: servers.url,
    ca,
    adminToken,
    folder,
    kubeconfig: kubeconfigPath(folder, administrator.name),
  };
  await writeKubeconfig(access.kubeconfig, access.url, ca, adminToken);
  for (const [name, token] of known)
    await writeKubeconfig(kubeconfigPath(folder, name), access.url, ca, token);
  if (managed) await servers.startControllerManager(ca, managerToken);
  return reach(access, {
    restartApiServer: ({ downFor = 0 } = {}) => servers.restartApiServer(downFor),
    restartEtcd: ({ downFor = 0 } = {}) => servers.restartEtcd(downFor),
    async addUser(user) {
      const token = await tokens.add(user);
      await writeKubeconfig(kubeconfigPath(folder, user.name), access.url, ca, token);
      await servers.restartApiServer(0);
      return token;
    },
    stop,
  });
}

/** A control plane from how to reach it and what can be done to it. */
export function reach(access: Access, power: Power): ControlPlane {
  const kubeconfigOf = (user: string): string => kubeconfigPath(access.folder, user);
  const kubectlWith = (
    { user = administrator.name, input }: KubectlOptions,
    ...args: string[]
  ): Promise<Ran> => runKubectl(kubeconfigOf(user), access.folder, args, input);
  return { ...access, ...power, kubeconfigOf, kubectlWith, kubectl: (...args) => kubectlWith({}, ...args) };
}

function kubeconfigPath(folder: string, user: string): string {
  return join(folder, `${user.replaceAll(":", ".")}.kubeconfig`);
}

/** The token file of an API server. */
class Tokens {
  readonly #path: string;

  constructor(layout: Layout) {
    this.#path = files(layout).tokens;
  }

  async add({ name, groups = groupsOf(name) }: User): Promise<string> {
    const token = randomBytes(16).toString("hex");
    await appendFile(this.#path, `${token},${name},${name},"${groups.join(",")}"\n`, { mode: 0o600 });
    return token;
  }

  async addAll(users: readonly User[]): Promise<Map<string, string>> {
    const tokens = new Map<string, string>();
    for (const user of users) tokens.set(user.name, await this.add(user));
    return tokens;
  }
}

/** The groups that Kubernetes gives a service account: all of them, and those of its namespace. */
function groupsOf(name: string): string[] {
  const [, namespace] = name.match(/^system:serviceaccount:([^:]+):[^:]+$/) ?? [];
  return namespace === undefined ? [] : ["system:serviceaccounts", `system:serviceaccounts:${namespace}`];
}
