import { deployment, podTemplate, rollout, service } from "./manifests.ts";

/** One call of kubectl, in the namespace `demo`. */
export interface Command {
  readonly args: readonly string[];
  /** Objects for `-f -`. */
  readonly input?: readonly object[];
}

function kubectl(line: string, ...input: readonly object[]): Command {
  return { args: line.split(" "), ...(input.length > 0 ? { input } : {}) };
}

/** With arguments that hold spaces of their own. */
function exactly(...args: readonly string[]): Command {
  return { args };
}

const seed = [rollout(), service("my-api-stable"), service("my-api-canary"), deployment()];
const bigger = rollout({ replicas: 6 });
const event = {
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "my-api.1", namespace: "demo" },
  involvedObject: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace: "demo", name: "my-api" },
  reason: "RolloutPaused",
  message: "Rollout is paused",
  type: "Normal",
  count: 1,
  firstTimestamp: "2024-05-01T12:00:00Z",
  lastTimestamp: "2024-05-01T12:00:00Z",
  source: { component: "rollouts-controller" },
};
const hidden = { apiVersion: "v1", kind: "Secret", metadata: { name: "hidden" }, stringData: { a: "b" } };
const containers = [{ name: "once", image: "busybox:1" }];
const job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "once" },
  spec: { template: { spec: { restartPolicy: "Never", containers } } },
};
const parcel = { apiVersion: "v1", kind: "PodTemplate", metadata: { name: "t" }, template: podTemplate };
const paused = '{"status":{"phase":"Paused"}}';
const misspelt = rollout({ replcas: 3 });
const mistyped = rollout({ replicas: "three" });
const selectorless = deployment({ selector: { matchLabels: { app: "other" } } });

function settings(a: string): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { a } };
}

/** A Deployment that is only ever applied on the server. */
function api(spec: object = {}): object {
  return { ...deployment(spec), metadata: { name: "api" } };
}

/** The first commands of the session: every verb once. `npm test` runs these. */
const begin: readonly Command[] = [
  kubectl("apply -f crds"),
  kubectl("wait --for=condition=Established --all crd --timeout=10s"),
  kubectl("create -f -", { apiVersion: "v1", kind: "Namespace", metadata: { name: "demo" } }),
  kubectl("apply -f -", ...seed),
  kubectl("apply -f -", bigger),
  kubectl("get ro,deploy,svc"),
  kubectl("get rollout my-api -o yaml"),
  kubectl("scale rollout my-api --replicas=3"),
  kubectl("wait --for=jsonpath={.spec.replicas}=3 rollout/my-api --timeout=10s"),
  exactly("patch", "rollout", "my-api", "--type=merge", "-p", '{"spec":{"paused":true}}'),
  kubectl("create -f -", event),
  kubectl("describe rollout my-api"),
  kubectl("explain rollout.spec.strategy.canary.steps"),
  kubectl("api-resources --api-group=argoproj.io"),
  kubectl("apply --server-side -f -", api()),
  kubectl("delete svc my-api-canary"),
];

/** So many of the commands `npm test` runs; the cluster tier runs them all. */
export const beginning = begin.length;

const reading: readonly Command[] = [
  kubectl("apply -f -", bigger),
  kubectl("get rollout"),
  kubectl("get rollout my-api -o wide"),
  kubectl("get rollout my-api -o jsonpath={.spec.strategy.canary.steps[*].setWeight}"),
  kubectl("get rollout,svc -o name"),
  kubectl("get deploy web -o json"),
  kubectl("get svc -o custom-columns=NAME:.metadata.name,TYPE:.spec.type,PORT:.spec.ports[0].targetPort"),
  kubectl("get deploy -o wide"),
  kubectl("get events"),
  kubectl("get events -o wide"),
  kubectl("describe deploy web"),
  kubectl("describe svc my-api-stable"),
  kubectl("explain deployment.spec.strategy"),
  kubectl("explain pods.spec.containers.ports --recursive"),
  kubectl("explain rollout.spec.nothing"),
  kubectl("get pods -l app=nobody"),
  kubectl("get gadgets"),
  kubectl("get rollout nobody"),
  kubectl("get --raw /readyz"),
];

const changing: readonly Command[] = [
  kubectl("scale deploy web --replicas=2"),
  kubectl("scale deploy web --current-replicas=5 --replicas=3"),
  exactly("patch", "rollout", "my-api", "--type=json", "-p", '[{"op":"remove","path":"/spec/paused"}]'),
  exactly("patch", "rollout", "my-api", "-p", '{"spec":{"paused":true}}'),
  exactly("patch", "deploy", "web", "-p", '{"spec":{"template":{"spec":{"dnsPolicy":"Default"}}}}'),
  exactly("patch", "rollout", "my-api", "--subresource=status", "--type=merge", "-p", paused),
  kubectl("get rollout my-api -o jsonpath={.status.phase}"),
  kubectl("set image deploy/web web=nginx:2"),
  kubectl("label deploy web tier=front"),
  kubectl("annotate rollout my-api note=hello"),
  kubectl("get deploy -l tier=front"),
  kubectl("apply --server-side -f -", api({ replicas: 4 })),
  kubectl("apply --server-side --field-manager=another -f -", api({ replicas: 5 })),
  kubectl("apply --server-side --field-manager=another --force-conflicts -f -", api({ replicas: 5 })),
  kubectl("apply -f -", misspelt),
  kubectl("apply -f -", mistyped),
  kubectl("apply -f -", selectorless),
  kubectl("create -f -", service("my-api-stable")),
];

const small: readonly Command[] = [
  kubectl("create -f -", settings("b"), hidden),
  kubectl("get cm settings -o yaml"),
  kubectl("get secrets,cm"),
  kubectl("describe cm settings"),
  kubectl("replace -f -", settings("c")),
  kubectl("run one --image=nginx:1 --restart=Never"),
  kubectl("get pods -o wide"),
  kubectl("get pod one -o jsonpath={.spec.containers[0].imagePullPolicy}"),
  kubectl("describe pod one"),
  kubectl("delete pod one"),
  kubectl("create -f -", job),
  kubectl("get jobs"),
  kubectl("create -f - --dry-run=server", parcel),
  kubectl("get podtemplates"),
];

const deleting: readonly Command[] = [
  kubectl("delete job once"),
  kubectl("delete cm settings"),
  kubectl("delete cm settings"),
  kubectl("delete secret,svc --all"),
  kubectl("delete rollout my-api"),
  kubectl("wait --for=delete rollout/my-api --timeout=10s"),
  kubectl("get all"),
  kubectl("delete namespace demo --wait=false"),
  kubectl("delete -f crds"),
];

/** A session with kubectl: what it prints must not depend on which API server it talks to. */
export const commands: readonly Command[] = [...begin, ...reading, ...changing, ...small, ...deleting];
