import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { NginxRouting } from "../../src/api/trafficRouting.ts";
import { canaryName, nginx } from "../../src/traffic/nginx.ts";
import { Board, namespace, object, uid, wanted } from "./support.ts";

const ingress = "networking.k8s.io/v1";

function backend(name: string, path = "/") {
  return { path, pathType: "Prefix", backend: { service: { name, port: { number: 80 } } } };
}

const shop = object(
  ingress,
  "Ingress",
  "shop",
  {
    spec: {
      ingressClassName: "nginx",
      tls: [{ hosts: ["shop.example.org"], secretName: "shop-tls" }],
      defaultBackend: { service: { name: "shop-stable", port: { number: 80 } } },
      rules: [
        { host: "shop.example.org", http: { paths: [backend("shop-stable"), backend("docs", "/docs")] } },
        { host: "docs.example.org", http: { paths: [backend("docs")] } },
        { host: "empty.example.org" },
        {
          host: "files.example.org",
          http: { paths: [{ path: "/", backend: { resource: { kind: "Bucket", name: "b" } } }] },
        },
      ],
    },
  },
  { annotations: { "cert-manager.io/cluster-issuer": "le" }, labels: { team: "shop" } },
);

function board(config: NginxRouting = { stableIngress: "shop" }, objects = [shop]) {
  return new Board(nginx, config, objects);
}

const n = "nginx.ingress.kubernetes.io";

test("the canary Ingress of the reference is created at weight 15 (trap T-31)", () => {
  const config = { stableIngress: "shop", additionalIngressAnnotations: { "canary-by-header": "X-Beta" } };
  const on = board(config);
  const [create, ...more] = on.settle(wanted({ weight: 15 }));
  deepEqual(more, []);
  deepEqual(create?.event, {
    type: "Normal",
    reason: "CreatingCanaryIngress",
    message: "Creating canary ingress `shop-ro-shop-canary` with weight `15`",
  });
  deepEqual(on.get("Ingress", "shop"), shop);
  deepEqual(on.get("Ingress", "shop-ro-shop-canary"), {
    apiVersion: ingress,
    kind: "Ingress",
    metadata: {
      name: "shop-ro-shop-canary",
      namespace,
      annotations: {
        [`${n}/canary`]: "true",
        [`${n}/canary-weight`]: "15",
        [`${n}/canary-by-header`]: "X-Beta",
      },
      ownerReferences: [
        {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "Rollout",
          name: "shop-ro",
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      ingressClassName: "nginx",
      tls: [{ hosts: ["shop.example.org"], secretName: "shop-tls" }],
      rules: [
        { host: "shop.example.org", http: { paths: [backend("shop-canary"), backend("docs", "/docs")] } },
      ],
    },
  });
});

test("a foreign annotation stays, a foreign label goes (trap T-30)", () => {
  const on = board();
  on.settle(wanted({ weight: 15 }));
  const canary = on.get("Ingress", "shop-ro-shop-canary") ?? shop;
  on.put({
    ...canary,
    metadata: {
      ...canary.metadata,
      labels: { by: "hand" },
      annotations: { ...canary.metadata.annotations, note: "kept" },
    },
  });
  const [patch] = on.plan(wanted({ weight: 20 }));
  deepEqual(patch, {
    do: "patch",
    ref: { apiVersion: ingress, kind: "Ingress", namespace, name: "shop-ro-shop-canary" },
    type: "merge",
    body: { metadata: { labels: { by: null }, annotations: { [`${n}/canary-weight`]: "20" } } },
    why: "send 20 of 100 to shop-canary",
    event: {
      type: "Normal",
      reason: "PatchingCanaryIngress",
      message: "Updating Ingress `shop-ro-shop-canary` to desiredWeight '20'",
    },
  });
});

const annotations: [
  name: string,
  config: NginxRouting,
  weight: number,
  max: number,
  want: Record<string, string>,
][] = [
  [
    "a prefix of its own",
    { annotationPrefix: "custom.io", additionalIngressAnnotations: { "canary-by-header": "X" } },
    5,
    100,
    { "custom.io/canary": "true", "custom.io/canary-weight": "5", "custom.io/canary-by-header": "X" },
  ],
  [
    "a prefix is not put twice (trap T-32)",
    { additionalIngressAnnotations: { [`${n}/canary-by-header`]: "X" } },
    5,
    100,
    { [`${n}/canary`]: "true", [`${n}/canary-weight`]: "5", [`${n}/canary-by-header`]: "X" },
  ],
  [
    "annotations as they are win",
    {
      additionalIngressAnnotations: { a: "1" },
      canaryIngressAnnotations: { [`${n}/a`]: "2", "other.io/b": "3" },
    },
    5,
    100,
    { [`${n}/canary`]: "true", [`${n}/canary-weight`]: "5", [`${n}/a`]: "2", "other.io/b": "3" },
  ],
  [
    "another maximum (trap T-11)",
    {},
    5,
    1000,
    { [`${n}/canary`]: "true", [`${n}/canary-weight`]: "5", [`${n}/canary-weight-total`]: "1000" },
  ],
];
for (const [name, config, weight, max, want] of annotations) {
  test(`annotations: ${name}`, () => {
    const on = board({ stableIngress: "shop", ...config });
    on.settle(wanted({ weight, max }));
    deepEqual(on.get("Ingress", "shop-ro-shop-canary")?.metadata.annotations, want);
    equal(on.carries(wanted({ max })), weight);
  });
}

test("the class is copied from the annotation, and a total of an earlier maximum is replaced", () => {
  const annotated = {
    ...shop,
    metadata: { ...shop.metadata, annotations: { "kubernetes.io/ingress.class": "nginx" } },
  };
  const on = board({ stableIngress: "shop" }, [annotated]);
  on.settle(wanted({ weight: 50, max: 1000 }));
  on.settle(wanted({ weight: 50 }));
  deepEqual(on.get("Ingress", "shop-ro-shop-canary")?.metadata.annotations, {
    "kubernetes.io/ingress.class": "nginx",
    [`${n}/canary`]: "true",
    [`${n}/canary-weight`]: "50",
    [`${n}/canary-weight-total`]: "100",
  });
});

const refused: [name: string, objects: (typeof shop)[], message: string][] = [
  [
    "a missing Ingress",
    [],
    'error retrieving stableIngress `shop` from cache: ingress.networking.k8s.io "shop" not found',
  ],
  [
    "a default backend only (trap T-33)",
    [{ ...shop, spec: { defaultBackend: { service: { name: "shop-stable" } } } }],
    "ingress `shop` has no rules using service shop-stable backend",
  ],
  [
    "a canary Ingress of someone else",
    [shop, object(ingress, "Ingress", "shop-ro-shop-canary")],
    "canary ingress `shop-ro-shop-canary` controlled by different object",
  ],
];
for (const [name, objects, message] of refused) {
  test(`refused: ${name}`, () =>
    throws(() => board(undefined, objects).plan(wanted({ weight: 1 })), { message }));
}

const either = "Internal error: Either StableIngress or StableIngresses must be configured.";
const at = "spec.strategy.canary.trafficRouting.nginx";
const checked: [name: string, config: NginxRouting, message: string][] = [
  ["both fields", { stableIngress: "shop", stableIngresses: ["a"] }, `${at}: ${either} Both are configured.`],
  ["neither field", {}, `${at}: ${either} Neither are configured.`],
  [
    "a missing Ingress",
    { stableIngress: "x" },
    `${at}.stableIngress: Invalid value: "x": ingress.networking.k8s.io "x" not found`,
  ],
  [
    "one of several is missing",
    { stableIngresses: ["shop", "x"] },
    `${at}.StableIngresses: Invalid value: "x": ingress.networking.k8s.io "x" not found`,
  ],
];
for (const [name, config, message] of checked) {
  test(`invalid: ${name}`, () => throws(() => board(config).check(wanted()), { message }));
}

test("an Ingress without the service is invalid; a good one is not", () => {
  board().check(wanted());
  throws(() => board().check(wanted({ stableService: "x" })), {
    message: /stableIngress: Invalid value: "shop": ingress `shop` has no rules using service x backend$/,
  });
});

test("the name of the canary Ingress has at most 253 characters", () => {
  equal(canaryName("ro", "x".repeat(300)).length, 253);
  equal(canaryName("ro", "x".repeat(243)), `ro-${"x".repeat(243)}-canary`);
});

test("cleaning up deletes what is ours and nothing else", () => {
  const on = board();
  deepEqual(on.clean(wanted()), []);
  on.settle(wanted({ weight: 15 }));
  deepEqual(
    on.clean(wanted()).map((effect) => effect.do),
    ["delete"],
  );
  deepEqual(on.clean(wanted({ rollout: { name: "shop-ro", uid: "other" } })), []);
});
