import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { fenced } from "../../src/controller/fence.ts";
import { type Flags, readFlags } from "../../src/controller/flags.ts";
import { namesMetric, tableOf, verifyingBy } from "../../src/controller/kinds.ts";
import { kindText, type Table } from "../../src/controller/table.ts";
import type { CacheReader, Client } from "../../src/reconcile/ports.ts";

function tableFor(...args: string[]): Table {
  const line = readFlags(args, "1");
  if (line.is === "print") throw new Error(line.text);
  return tableOf({} as Client, line.flags as Flags, { variables: {}, namespace: "ns" });
}

test("kinds: rollouts and analysis runs have their threads", () => {
  const { kinds } = tableFor("--rollout-threads=3", "--analysis-threads=4");
  const workers = new Map(kinds.map(({ kind, workers }) => [kind.name, workers]));
  deepEqual([workers.get("rollout"), workers.get("analysisrun")], [3, 4]);
});

test("kinds: --controllers analysis runs AnalysisRuns alone", () => {
  deepEqual(
    tableFor("--controllers=analysis").kinds.map(({ kind }) => kind.name),
    ["analysisrun"],
  );
});

test("kinds: ReplicaSets and Services are always watched, pods and routers are not", () => {
  const always = tableFor()
    .shapes.filter((shape) => shape.always)
    .map(({ kind }) => kindText(kind));
  equal(always.includes("apps/v1 ReplicaSet") && always.includes("v1 Service"), true);
  equal(always.includes("v1 Pod") || always.some((text) => text.startsWith("networking.k8s.io/")), false);
});

test("kinds: a Rollout without status is told of when it is seen first, one with status is not", () => {
  const [rollouts] = tableFor().kinds;
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { namespace: "ns", name: "web" },
  };
  deepEqual(rollouts?.greeting?.(object), {
    type: "Normal",
    reason: "RolloutAddedToInformer",
    message: "Rollout resource added to informer: ns/web",
  });
  equal(rollouts?.greeting?.({ ...object, status: { phase: "Healthy" } }), undefined);
});

test("kinds: a deleted Rollout is told of with its name first", () => {
  const [rollouts] = tableFor().kinds;
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { namespace: "ns", name: "web" },
  };
  deepEqual(rollouts?.farewell?.(object), {
    type: "Normal",
    reason: "RolloutDeleted",
    message: "Rollout web/ns is deleted.",
  });
});

const versions: [args: string[], kinds: string[]][] = [
  [
    [],
    [
      "networking.istio.io/v1alpha3 VirtualService",
      "split.smi-spec.io/v1alpha1 TrafficSplit",
      "getambassador.io/v2 Mapping",
      "appmesh.k8s.aws/v1beta2 VirtualRouter",
      "traefik.io/v1alpha1 TraefikService",
    ],
  ],
  [
    [
      "--istio-api-version=v1",
      "--traffic-split-api-version=v1alpha3",
      "--ambassador-api-version=x.getambassador.io/v3alpha1",
      "--appmesh-crd-version=v1beta3",
      "--traefik-api-version=traefik.containo.us/v1alpha1",
    ],
    [
      "networking.istio.io/v1 VirtualService",
      "split.smi-spec.io/v1alpha3 TrafficSplit",
      "x.getambassador.io/v3alpha1 AmbassadorMapping",
      "appmesh.k8s.aws/v1beta3 VirtualRouter",
      "traefik.containo.us/v1alpha1 TraefikService",
    ],
  ],
  [["--traefik-api-group=traefik.containo.us"], ["traefik.containo.us/v1alpha1 TraefikService"]],
  [
    ["--traefik-api-group=traefik.containo.us", "--traefik-api-version=traefik.containo.us/v1alpha1"],
    ["traefik.containo.us/v1alpha1 TraefikService"],
  ],
];
for (const [args, want] of versions) {
  test(`kinds: a Rollout uses the router kinds of the API versions of: ${args.join(" ") || "no flag"}`, () => {
    const table = tableFor(...args);
    const used = table.kinds.flatMap(({ kind }) => kind.uses?.(routedByAll) ?? []).map(kindText);
    deepEqual(
      want.filter((kind) => !used.includes(kind)),
      [],
    );
    const [shape] = table.shapes;
    const names = Object.values(shape?.indices ?? {}).flatMap((index) => index(routedByAll));

    const isNamed = (text: string) => names.includes(text);
    equal(isNamed("Mapping/ns/m") || isNamed("AmbassadorMapping/ns/m"), true);
  });
}

test("kinds: an Ingress wakes the Rollouts that name it, whatever its class", () => {
  const ingress = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
  const [rollouts] = tableFor("--nginx-ingress-classes=internal").kinds;
  const cache = {
    indexed: (_kind: unknown, _index: string, value: string) =>
      value === "Ingress/ns/web" ? [routedByAll] : [],
  } as unknown as CacheReader;
  const wake = rollouts?.kind.wokenByUsed?.(ingress);
  for (const name of ["web", "other"]) {
    const object = { ...ingress, metadata: { namespace: "ns", name }, spec: { ingressClassName: "nginx" } };
    deepEqual(wake?.keys(object, cache), name === "web" ? ["ns/web"] : []);
  }
});

const routedByAll = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  metadata: { namespace: "ns", name: "web" },
  spec: {
    strategy: {
      canary: {
        stableService: "s",
        canaryService: "c",
        trafficRouting: {
          istio: { virtualService: { name: "v" } },
          smi: {},
          ambassador: { mappings: ["m"] },
          appMesh: { virtualService: { name: "v" } },
          traefik: { weightedTraefikServiceName: "t" },
        },
      },
    },
  },
};

const rules: [rule: string, metric: string, want: boolean][] = [
  ["rate", "success-rate", true],
  ["^rate", "success-rate", false],
  [".*", "anything", true],
  ["(", "anything", false],
];
for (const [rule, metric, want] of rules) {
  test(`kinds: the rule ${rule} ${want ? "names" : "does not name"} ${metric}`, () => {
    equal(namesMetric(rule, metric), want);
  });
}

test("fence: reads always pass, writes only while they may", async () => {
  const asked: string[] = [];
  const client = new Proxy({} as Client, { get: (_, name) => async () => void asked.push(String(name)) });
  let may = false;
  const guarded = fenced(client, () => may);
  const ref = { apiVersion: "v1", kind: "Pod", namespace: "a", name: "b" };
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "b" } };
  const writes = [
    () => guarded.create(object),
    () => guarded.replace(object),
    () => guarded.patch(ref, { type: "merge", body: {} }),
    () => guarded.delete(ref),
    () => guarded.evict(ref),
  ];
  await guarded.get(ref);
  await guarded.list(ref);
  for (const write of writes) {
    const refused = await write().then(
      () => "passed",
      (error: { code: number; reason: string }) => `${error.code} ${error.reason}`,
    );
    equal(refused, "0 Paused");
  }
  deepEqual(asked, ["get", "list"]);
  may = true;
  for (const write of writes) await write();
  equal(asked.length, 7);
});

const intervals: [given: string | undefined, want: number | undefined][] = [
  [undefined, undefined],
  ["30", 30_000],
  ["soon", undefined],
  ["0", undefined],
  ["-1", undefined],
];
for (const [given, want] of intervals) {
  test(`T-41: ROLLOUT_VERIFY_RETRY_INTERVAL=${given} asks AWS every ${want ?? "10000"} ms`, () => {
    const line = readFlags(["--aws-verify-target-group"], "0");
    const surroundings = { variables: { ROLLOUT_VERIFY_RETRY_INTERVAL: given }, namespace: "ns" };
    equal(line.is === "run" && verifyingBy(line.flags, surroundings)?.interval, want);
  });
}

test("AWS is not asked without its flag", () => {
  const line = readFlags([], "0");
  equal(line.is === "run" && verifyingBy(line.flags, { variables: {}, namespace: "ns" }), undefined);
});
