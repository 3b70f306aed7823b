import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { ambassador } from "../../src/traffic/ambassador.ts";
import { appMesh } from "../../src/traffic/appMesh.ts";
import { smi } from "../../src/traffic/smi.ts";
import { traefik } from "../../src/traffic/traefik.ts";
import { Board, namespace, object, uid, wanted } from "./support.ts";

const owner = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  name: "shop-ro",
  uid,
  controller: true,
  blockOwnerDeletion: true,
};
const mark = { annotations: { "argo-rollouts.argoproj.io/managed-by-rollouts": "shop-ro" } };

const splits: [version: string, write: (weight: number) => unknown][] = [
  ["v1alpha1", String],
  ["v1alpha2", Number],
  ["v1alpha3", Number],
];
for (const [version, write] of splits) {
  test(`SMI ${version}: the TrafficSplit of the reference (trap T-52)`, () => {
    const on = new Board(smi(version), { rootService: "shop-root" }, []);
    const [create] = on.settle(wanted({ weight: 5 }));
    deepEqual(create?.event, {
      type: "Normal",
      reason: "TrafficSplitCreated",
      message: "TrafficSplit `shop-ro` created",
    });
    deepEqual(on.get("TrafficSplit", "shop-ro"), {
      apiVersion: `split.smi-spec.io/${version}`,
      kind: "TrafficSplit",
      metadata: { name: "shop-ro", namespace, ownerReferences: [owner] },
      spec: {
        service: "shop-root",
        backends: [
          { service: "shop-canary", weight: write(5) },
          { service: "shop-stable", weight: write(95) },
        ],
      },
    });
    on.settle(wanted({ weight: 5, additional: [{ serviceName: "exp", podTemplateHash: "7b", weight: 10 }] }));
    equal(on.carries(wanted()), 5);
  });
}

test("SMI: the stable Service is the root by default; what is not ours is refused", () => {
  const on = new Board(smi(), { trafficSplitName: "split" }, []);
  on.settle(wanted());
  deepEqual(
    (on.get("TrafficSplit", "split")?.["spec"] as { service: string } | undefined)?.service,
    "shop-stable",
  );
  throws(() => on.plan(wanted({ rollout: { name: "shop-ro", uid: "other" } })), {
    message: "Rollout does not own TrafficSplit `split`",
  });
  throws(() => new Board(smi("v1beta1"), {}, []).plan(wanted()), {
    message: "Unsupported TrafficSplit API version `v1beta1`",
  });
});

const services = [
  { name: "shop-stable", port: 80 },
  { name: "shop-canary", port: 80 },
  { name: "other", port: 81, weight: 3 },
];

function traefikService(spec: object, apiVersion = "traefik.io/v1alpha1"): KubeObject {
  return object(apiVersion, "TraefikService", "shop", { spec });
}

test("Traefik: weights of the reference, in either group; idle looks write nothing (trap T-56)", () => {
  for (const version of ["traefik.io/v1alpha1", "traefik.containo.us/v1alpha1"]) {
    const on = new Board(traefik(version), { weightedTraefikServiceName: "shop" }, [
      traefikService({ weighted: { services } }, version),
    ]);
    on.settle(wanted({ weight: 30 }));
    const [stable, canary, other] = services;
    deepEqual(on.get("TraefikService", "shop")?.["spec"], {
      weighted: { services: [{ ...stable, weight: 70 }, { ...canary, weight: 30 }, other] },
    });
    deepEqual(on.plan(wanted({ weight: 30 })), []);
  }
});

const broken: [name: string, spec: object, message: string][] = [
  ["no services", { weighted: {} }, "spec.weighted.services was not found in traefik service manifest"],
  ["no canary", { weighted: { services: services.slice(0, 1) } }, "traefik canary service was not found"],
  ["no stable", { weighted: { services: services.slice(1) } }, "traefik stable service was not found"],
  ["no name", { weighted: { services: [{ port: 80 }] } }, "name field was not found in service"],
];
for (const [name, spec, message] of broken) {
  test(`Traefik refuses: ${name}`, () => {
    const on = new Board(traefik(), { weightedTraefikServiceName: "shop" }, [traefikService(spec)]);
    throws(() => on.plan(wanted({ weight: 30 })), { message });
  });
}

const mapping = object(
  "getambassador.io/v2",
  "Mapping",
  "shop",
  {
    spec: {
      prefix: "/shop-stable",
      service: "https://shop-stable.prod:443",
      retry_policy: { num_retries: 2 },
    },
  },
  { labels: { team: "shop" }, annotations: { note: "git" } },
);

test("Ambassador: the copy has no labels (trap T-55), and leaves in two steps (trap T-54)", () => {
  const on = new Board(ambassador(), { mappings: ["shop"] }, [mapping]);
  deepEqual(on.settle(wanted()), []);
  const [create] = on.settle(wanted({ weight: 20 }));
  deepEqual(create?.event, {
    type: "Normal",
    reason: "CanaryMappingWeightUpdate",
    message: "Set canary mapping weight to 20",
  });
  deepEqual(on.get("Mapping", "shop-canary"), {
    apiVersion: "getambassador.io/v2",
    kind: "Mapping",
    metadata: { name: "shop-canary", namespace, ownerReferences: [owner] },
    spec: {
      prefix: "/shop-stable",
      service: "https://shop-canary.prod:443",
      retry_policy: { num_retries: 2 },
      weight: 20,
    },
  });
  deepEqual(on.get("Mapping", "shop"), mapping);
  const effects = on.settle(wanted());
  deepEqual(
    effects.map((effect) => effect.do),
    ["patch", "delete"],
  );
  deepEqual(effects[0]?.do === "patch" && effects[0].body, { spec: { weight: 0 } });
});

test("Ambassador: the other kind of Mapping, long names, and what is invalid", () => {
  const kind = "AmbassadorMapping";
  const other = { ...mapping, apiVersion: "x.getambassador.io/v3alpha1", kind };
  const on = new Board(ambassador("x.getambassador.io/v3alpha1"), { mappings: ["shop"] }, [other]);
  on.settle(wanted({ weight: 20 }));
  equal(on.get(kind, "shop-canary")?.kind, kind);
  const long = "x".repeat(250);
  const [, ref] = ambassador().objects(
    { mappings: [long] },
    { namespace, name: "shop-ro", stableService: "s" },
  );
  equal(ref?.name.length, 253);
  const at = "spec.strategy.canary.trafficRouting.ambassador.mappings";
  const check = (mappings: string[], objects: KubeObject[]) =>
    new Board(ambassador(), { mappings }, objects).check(wanted());
  throws(() => check([], []), { message: `${at}: Required value: must provide at least one mapping` });
  throws(() => check(["shop"], []), {
    message: `${at}: Invalid value: "shop": Ambassador mapping "shop" not found`,
  });
  const heavy = { ...mapping, spec: { weight: 5 } };
  const message = 'Ambassador mapping "shop" can not define weight';
  throws(() => check(["shop"], [heavy]), { message: `${at}: Invalid value: "shop": ${message}` });
  throws(() => new Board(ambassador(), { mappings: ["shop"] }, [heavy]).plan(wanted({ weight: 1 })), {
    message,
  });
  check(["shop"], [mapping]);
});

const mesh = "appmesh.k8s.aws/v1beta2";
const hash = "rollouts-pod-template-hash";

function targets(canary: number, stable: number, more: object[] = []) {
  const target = (name: string, weight: number) => ({ virtualNodeRef: { name }, weight });
  return { action: { weightedTargets: [target("c", canary), target("s", stable), ...more] } };
}

function node(name: string, value?: string): KubeObject {
  const matchLabels = { app: "shop", ...(value === undefined ? {} : { [hash]: value }) };
  return object(
    mesh,
    "VirtualNode",
    name,
    { spec: { podSelector: { matchLabels } } },
    value === undefined ? {} : mark,
  );
}

const meshService = object(mesh, "VirtualService", "shop", {
  spec: { provider: { virtualRouter: { virtualRouterRef: { name: "r", namespace } } } },
});
const meshConfig = {
  virtualService: { name: "shop", routes: ["a", "b"] },
  virtualNodeGroup: { canaryVirtualNodeRef: { name: "c" }, stableVirtualNodeRef: { name: "s" } },
};

function meshBoard(routes: readonly object[], without?: string) {
  const router = object(mesh, "VirtualRouter", "r", { spec: { routes } });
  const all = [meshService, router, node("c"), node("s")];
  return new Board(
    appMesh(),
    meshConfig,
    all.filter((one) => one.kind !== without),
  );
}

test("App Mesh: weights in the routes that are named, whatever their protocol", () => {
  const far = { virtualNodeRef: { name: "c", namespace: "far" }, weight: 1 };
  const on = meshBoard([
    { name: "a", grpcRoute: targets(0, 100) },
    { name: "b", tcpRoute: targets(0, 100, [far]) },
    { name: "c", httpRoute: targets(0, 100) },
  ]);
  on.settle(wanted({ weight: 15 }));
  deepEqual(on.get("VirtualRouter", "r")?.["spec"], {
    routes: [
      { name: "a", grpcRoute: targets(15, 85) },
      { name: "b", tcpRoute: targets(15, 85, [far]) },
      { name: "c", httpRoute: targets(0, 100) },
    ],
  });
  deepEqual([on.get("VirtualNode", "c"), on.get("VirtualNode", "s")], [node("c", "6d8f"), node("s", "5c77")]);
});

const hashes: [name: string, canaryHash: string, stableHash: string, canary: string, stable: string][] = [
  ["idle: equal hashes", "6d8f", "6d8f", "canary-hash", "6d8f"],
  ["no canary", "", "6d8f", "canary-hash", "6d8f"],
  ["no stable", "6d8f", "", "6d8f", "stable-hash"],
];
for (const [name, canaryHash, stableHash, canary, stable] of hashes) {
  test(`App Mesh: selectors never are the same: ${name} (trap T-53)`, () => {
    const on = meshBoard([{ name: "a", httpRoute: targets(0, 100) }]);
    on.settle(wanted({ canaryHash, stableHash }));
    deepEqual(
      [on.get("VirtualNode", "c"), on.get("VirtualNode", "s")],
      [node("c", canary), node("s", stable)],
    );
  });
}

test("App Mesh: traffic leaves the canary node before it changes its version (trap T-6)", () => {
  const on = meshBoard([{ name: "a", httpRoute: targets(0, 100) }]);
  on.settle(wanted({ weight: 40 }));
  deepEqual(
    on.plan(wanted({ canaryHash: "9f0a" })).map((one) => one.do === "patch" && one.ref.kind),
    ["VirtualRouter"],
  );
});

test("App Mesh: the stable node has the new version before the traffic comes back to it", () => {
  const on = meshBoard([{ name: "a", httpRoute: targets(0, 100) }]);
  on.settle(wanted({ weight: 100 }));
  deepEqual(
    on.plan(wanted({ stableHash: "6d8f" })).map((one) => one.do === "patch" && one.ref.name),
    ["s", "r"],
  );
});

test("App Mesh: what is invalid", () => {
  const at = "spec.strategy.canary.trafficRouting.appMesh.virtualService";
  const check = (without?: string) =>
    meshBoard([{ name: "a", httpRoute: targets(0, 100) }], without).check(wanted());
  throws(() => check("VirtualService"), {
    message: `${at}.name: Invalid value: "shop": Virtual-service is missing`,
  });
  throws(() => check("VirtualRouter"), {
    message: `${at}.name: Invalid value: "shop": Virtual-router is missing`,
  });
  throws(
    () =>
      meshBoard([{ name: "a", httpRoute: targets(0, 1, [{ virtualNodeRef: { name: "x" } }]) }]).check(
        wanted(),
      ),
    {
      message: /routes: Invalid value: "a": route a of VirtualRouter r must have exactly 2 weightedTargets$/,
    },
  );
  const loose = { ...meshService, spec: { provider: {} } };
  throws(() => new Board(appMesh(), meshConfig, [loose]).check(wanted()), {
    message: `${at}.name: Invalid value: "shop": Virtual-service is not associated with virtual-router`,
  });
  check();
});
