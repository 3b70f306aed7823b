import { join } from "node:path";

/** What the servers of one control plane need to know of each other. */
export interface Layout {
  /** Holds everything they write; see the paths below. */
  readonly folder: string;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly apiServerPort: number;
}

/** The files of a control plane, in its folder. */
export const files = ({ folder }: Layout) => ({
  tokens: join(folder, "tokens.csv"),
  signingKey: join(folder, "service-account.key"),
  publicKey: join(folder, "service-account.pub"),
  certificates: join(folder, "certificates"),
  /** Written by the API server when it first starts: its certificate, then the CA that signed it. */
  certificate: join(folder, "certificates", "apiserver.crt"),
  controllerManagerKubeconfig: join(folder, "controller-manager.kubeconfig"),
});

/**
 * The controllers that run: those that need no node. Left out are those for nodes, volumes and certificates,
 * and the garbage collection of pods, which would remove pods on the nodes that the model of pods only
 * pretends.
 */
const controllers = [
  "clusterrole-aggregation-controller",
  "cronjob-controller",
  "daemonset-controller",
  "deployment-controller",
  "disruption-controller",
  "endpoints-controller",
  "endpointslice-controller",
  "garbage-collector-controller",
  "job-controller",
  "namespace-controller",
  "replicaset-controller",
  "resourcequota-controller",
  "serviceaccount-controller",
  "statefulset-controller",
  "ttl-after-finished-controller",
];

/** etcd that forgets nothing while the machine runs, but does not wait for the disk. */
export function etcdFlags(layout: Layout): string[] {
  const client = `http://127.0.0.1:${layout.etcdPort}`;
  const peer = `http://127.0.0.1:${layout.etcdPeerPort}`;
  return [
    "--name=lotse",
    `--data-dir=${join(layout.folder, "etcd")}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=lotse=${peer}`,
    "--unsafe-no-fsync",
    "--log-level=warn",
  ];
}

/**
 * An API server with real RBAC, real admission (but for service accounts, which pods here do not have) and no
 * nodes.
 */
export function apiServerFlags(layout: Layout): string[] {
  const at = files(layout);
  return [
    `--etcd-servers=http://127.0.0.1:${layout.etcdPort}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${layout.apiServerPort}`,
    `--cert-dir=${at.certificates}`,
    `--token-auth-file=${at.tokens}`,
    "--authorization-mode=RBAC",
    "--endpoint-reconciler-type=none",
    "--disable-admission-plugins=ServiceAccount",
    "--service-cluster-ip-range=10.96.0.0/16",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${at.publicKey}`,
    `--service-account-signing-key-file=${at.signingKey}`,
    "--allow-privileged=true",
  ];
}

/** A controller manager that is never the slowest part of a test. */
export function controllerManagerFlags(layout: Layout): string[] {
  const at = files(layout);
  return [
    `--kubeconfig=${at.controllerManagerKubeconfig}`,
    `--service-account-private-key-file=${at.signingKey}`,
    `--controllers=${controllers.join(",")}`,
    "--leader-elect=false",
    "--secure-port=0",
    "--kube-api-qps=1000",
    "--kube-api-burst=2000",
  ];
}
