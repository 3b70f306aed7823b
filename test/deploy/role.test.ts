import { deepEqual, equal } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { KindRef } from "../../src/api/object.ts";
import { readFlags } from "../../src/controller/flags.ts";
import { tableOf } from "../../src/controller/kinds.ts";
import { type Effect, targetOf } from "../../src/reconcile/effect.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import { routersFor } from "../../src/traffic/index.ts";
import { families } from "../traffic/families.ts";
import type { Family } from "../traffic/family.ts";
import { Board, wanted } from "../traffic/support.ts";

const root = join(import.meta.dirname, "../..");
const watched = ["get", "list", "watch"];

/** Verbs by `group/resource`. */
type Rights = Map<string, Set<string>>;

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
}

function add(rights: Rights, resource: string, verbs: readonly string[]): void {
  rights.set(resource, new Set([...(rights.get(resource) ?? []), ...verbs]));
}

function plain(rights: Rights): Readonly<Record<string, readonly string[]>> {
  const entries = [...rights].map(([resource, verbs]): [string, string[]] => [resource, [...verbs].sort()]);
  return Object.fromEntries(entries.sort());
}

function rolesIn(file: string): readonly Role[] {
  const text = readFileSync(join(root, "deploy", file), "utf8");
  return parseAllDocuments(text).map((document) => document.toJS() as Role);
}

/** What the role of a file allows. */
function allowed(file: string): Rights {
  const rights: Rights = new Map();
  for (const { apiGroups, resources, verbs } of rolesIn(file)[0]?.rules ?? []) {
    for (const group of apiGroups)
      for (const resource of resources) add(rights, `${group}/${resource}`, verbs);
  }
  return rights;
}

/** `networking.k8s.io/ingresses` for an Ingress. */
function resourceOf({ apiVersion, kind }: KindRef): string {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const name = kind.toLowerCase();
  if (name === "endpoints") return `${group}/${name}`;
  return `${group}/${name}${name.endsWith("s") ? "es" : "s"}`;
}

/**
 * What the writes of a router are, in a whole canary with everything that it can do, and when it is taken
 * away.
 */
function writesOf({ router, config, objects }: Family): readonly Effect[] {
  const board = new Board(router, config, objects);
  const routes = [
    { name: "beta", header: { match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] } },
    { name: "shadow", mirror: { match: [{ method: { exact: "GET" } }], percentage: 35 } },
  ];
  const managed = ["beta", "shadow"];
  const additional = [{ serviceName: "exp-a", podTemplateHash: "7b9c", weight: 10 }];
  const writes = [
    wanted(),
    wanted({ weight: 25 }),
    wanted({ weight: 50, managed, routes, additional }),
    wanted({ weight: 0, managed, former: ["exp-a"] }),
    wanted({ weight: 50, managed, routes, additional }),
  ].flatMap((want) => board.settle(want));
  return [...writes, ...board.clean(wanted({ weight: 50, managed, routes, additional }))];
}

/** Verbs of what an effect asks for; a create that finds its object there looks at it. */
const verbsOf: Readonly<Record<Effect["do"], readonly string[]>> = {
  create: ["create", "get"],
  patch: ["patch"],
  delete: ["delete"],
  evict: [],
};

/** Everything that is asked for besides the watches and the routers, and where. */
const asked: readonly (readonly [resource: string, verbs: readonly string[], where: string])[] = [
  ["argoproj.io/rollouts", ["patch"], "rollout: revision and workload annotations"],
  ["argoproj.io/rollouts/status", ["patch"], "rollout/statusWrite"],
  ["argoproj.io/analysisruns", ["create", "patch", "delete"], "rollout/analysisRuns, retention; analysis"],
  ["argoproj.io/experiments", ["create", "patch", "delete"], "rollout/experiments, retention; experiment"],
  ["argoproj.io/rollouts/finalizers", ["update"], "the owner of ReplicaSets, runs and experiments"],
  ["argoproj.io/analysisruns/finalizers", ["update"], "the owner of Jobs"],
  ["argoproj.io/experiments/finalizers", ["update"], "the owner of ReplicaSets, Services and runs"],
  ["apps/replicasets", ["create", "patch", "delete"], "rollout/birth, resize, history; experiment"],
  ["apps/deployments", [...watched, "patch"], "rollout/workload, workloadRef"],
  ["/podtemplates", watched, "rollout/workload"],
  ["/services", ["create", "patch", "delete"], "rollout/services; experiment/services"],
  ["/pods", ["list", "patch"], "rollout/observePods, metadata; providers/job"],
  ["/pods/eviction", ["create"], "rollout/restart"],
  ["/events", ["create", "patch"], "kube/events"],
  ["/secrets", ["get"], "analysis/secrets, providers/secret"],
  ["batch/jobs", ["create", "delete"], "providers/job"],
  ["elbv2.k8s.aws/targetgroupbindings", ["list"], "rollout/verifier"],
  ["eks.amazonaws.com/targetgroupbindings", ["list"], "rollout/verifier, by flag"],
  ["/endpoints", ["get"], "rollout/verifier"],
];

/** Everything that the code asks of the API server beyond its own namespace. */
function needed(): Rights {
  const rights: Rights = new Map();
  const line = readFlags([], "0");
  if (line.is !== "run") throw new Error(line.text);
  const table = tableOf({} as Client, line.flags, { variables: {}, namespace: "argo-rollouts" });
  const kinds = [...table.kinds.map(({ kind }) => kind.of), ...table.shapes.map(({ kind }) => kind)];
  for (const kind of kinds) add(rights, resourceOf(kind), watched);
  for (const [resource, verbs] of asked) add(rights, resource, verbs);
  for (const family of families.filter(({ name }) => name !== "declarative")) {
    for (const kind of family.router.kinds(family.config)) add(rights, resourceOf(kind), watched);
    for (const effect of writesOf(family)) add(rights, resourceOf(targetOf(effect)), verbsOf[effect.do]);
  }
  const { ambassador, traefik, gatewayAPI } = routersFor({
    ambassador: "x.getambassador.io/v3alpha1",
    traefik: "traefik.containo.us/v1alpha1",
  });
  const others: readonly (readonly [kinds: readonly KindRef[], as: string])[] = [
    [ambassador.kinds({ mappings: [] }), "getambassador.io/mappings"],
    [traefik.kinds({ weightedTraefikServiceName: "shop" }), "traefik.io/traefikservices"],
    [
      gatewayAPI.kinds({ grpcRoute: "shop", tcpRoute: "shop", tlsRoute: "shop" }),
      "gateway.networking.k8s.io/httproutes",
    ],
  ];
  for (const [kinds, as] of others)
    for (const kind of kinds) add(rights, resourceOf(kind), [...(rights.get(as) ?? [])]);
  return rights;
}

test("the ClusterRole allows exactly what the code asks for", () => {
  deepEqual(plain(allowed("cluster-role.yaml")), plain(needed()));
});

test("T-58: header routes of APISIX may be created and deleted", () => {
  const verbs = allowed("cluster-role.yaml").get("apisix.apache.org/apisixroutes");
  deepEqual([verbs?.has("create"), verbs?.has("delete")], [true, true]);
});

test("the Role of its namespace allows the lease, whether it exists, and Istio's Secret (T-51)", () => {
  deepEqual(plain(allowed("role.yaml")), {
    "/namespaces": ["get"],
    "/secrets": ["list"],
    "coordination.k8s.io/leases": ["create", "get", "update"],
  });
});

/** Kinds in the code that are no objects of a cluster, or not ours to ask for. */
const noObjects = [
  ...["Identifier", "Number", "String", "Bytes", "Operator", "Bracket", "EOF"], // tokens of conditions
  ...["CustomResourceDefinition", "DeleteOptions", "Eviction"], // generated; parts of requests
  ...["Namespace", "Lease"], // in the Role
];

test("every kind that the code names has a rule", () => {
  const resources = [...allowed("cluster-role.yaml").keys()].map((resource) => resource.split("/")[1]);
  const named = readdirSync(join(root, "src"), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(".ts") && !/^(sim|cli|demo)\//.test(path))
    .flatMap((path) => [...readFileSync(join(root, "src", path), "utf8").matchAll(/kind: "([A-Z]\w+)"/g)])
    .map((found) => found[1] ?? "")
    .filter((kind) => !noObjects.includes(kind));
  const missing = named.filter(
    (kind) => !resources.includes(resourceOf({ apiVersion: "v1", kind }).slice(1)),
  );
  deepEqual([...new Set(missing)], []);
});

test("both bindings are for the ServiceAccount of the Deployment", () => {
  const deployment = rolesIn("deployment.yaml")[0] as unknown as Deployment;
  const { serviceAccountName } = deployment.spec.template.spec;
  const { namespace } = deployment.metadata;
  for (const file of ["cluster-role.yaml", "role.yaml"]) {
    const [role, binding] = rolesIn(file) as unknown as [Role, Binding];
    deepEqual(binding.subjects, [{ kind: "ServiceAccount", name: serviceAccountName, namespace }]);
    deepEqual([binding.roleRef.kind, binding.roleRef.name], [role.kind, role.metadata.name]);
  }
});

interface Deployment {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly { readonly args: readonly string[] }[];
      };
    };
  };
}

interface Binding {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly unknown[];
}

test("the flags of the Deployment are flags of the controller", () => {
  const deployment = rolesIn("deployment.yaml")[0] as unknown as Deployment;
  const line = readFlags(deployment.spec.template.spec.containers[0]?.args ?? [], "0");
  equal(line.is, "run");
  deepEqual(line.is === "run" ? line.flags.ignored : [], []);
});
