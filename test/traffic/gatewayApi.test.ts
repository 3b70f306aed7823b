import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { GatewayApiRouting } from "../../src/api/gatewayApiRouting.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { formerServices } from "../../src/traffic/note.ts";
import {
  beta,
  board,
  both,
  docs,
  experiment,
  label,
  mark,
  pair,
  route,
  rulesOf,
  v1,
} from "./gatewaySupport.ts";
import { namespace, wanted } from "./support.ts";

test("setWeight 30 of the reference: both weights and the label in one write, the rest untouched", () => {
  const on = board(route([{ backendRefs: both }, docs]));
  equal(on.settle(wanted({ weight: 30 })).length, 1);
  deepEqual(on.get("HTTPRoute", "shop"), {
    apiVersion: v1,
    kind: "HTTPRoute",
    metadata: { name: "shop", namespace, labels: label, annotations: mark },
    spec: { parentRefs: [{ name: "edge" }], rules: [{ backendRefs: pair(30, 70) }, docs] },
  });
  equal(on.carries(wanted()), 30);
});

test("writes are narrow: a foreign edit between look and write survives, or is seen", () => {
  const on = board(
    route([{ backendRefs: pair(10, 90), sessionPersistence: { sessionName: "s" } }, docs], "HTTPRoute", {
      labels: label,
      annotations: mark,
    }),
  );
  const [patch] = on.plan(wanted({ weight: 30 }));
  deepEqual(patch?.do === "patch" && patch.body, [
    { op: "test", path: "/spec/rules/0/backendRefs/0/name", value: "shop-stable" },
    { op: "test", path: "/spec/rules/0/backendRefs/1/name", value: "shop-canary" },
    { op: "replace", path: "/spec/rules/0/backendRefs/0/weight", value: 70 },
    { op: "replace", path: "/spec/rules/0/backendRefs/1/weight", value: 30 },
  ]);
  const seen = on.get("HTTPRoute", "shop") as KubeObject;
  on.put({ ...seen, spec: { hostnames: ["new"], rules: [...rulesOf(on), docs] } });
  if (patch !== undefined) on.apply(patch);
  deepEqual(on.get("HTTPRoute", "shop")?.["spec"], {
    hostnames: ["new"],
    rules: [{ backendRefs: pair(30, 70), sessionPersistence: { sessionName: "s" } }, docs, docs],
  });
  on.put({ ...seen, spec: { rules: [docs, ...rulesOf(on)] } });
  throws(() => patch !== undefined && on.apply(patch));
});

test("the label goes in the write that sets 100/0 (trap T-60), and none is set when it is disabled", () => {
  const on = board(route([{ backendRefs: both }]));
  on.settle(wanted({ weight: 30 }));
  equal(on.settle(wanted()).length, 1);
  deepEqual(on.get("HTTPRoute", "shop")?.metadata.labels, {});
  const off = board(route([{ backendRefs: both }]), { httpRoute: "shop", disableInProgressLabel: true });
  off.settle(wanted({ weight: 30 }));
  equal(off.get("HTTPRoute", "shop")?.metadata.labels, undefined);
  const other = board(route([{ backendRefs: both }]), {
    httpRoute: "shop",
    inProgressLabelKey: "k",
    inProgressLabelValue: "v",
  });
  other.settle(wanted({ weight: 30 }));
  deepEqual(other.get("HTTPRoute", "shop")?.metadata.labels, { k: "v" });
});

test("every kind carries weights; each in its version", () => {
  for (const [kind, config] of [
    ["HTTPRoute", { httpRoute: "shop" }],
    ["GRPCRoute", { grpcRoute: "shop" }],
    ["TCPRoute", { tcpRoute: "shop" }],
    ["TLSRoute", { tlsRoutes: [{ name: "shop" }] }],
  ] as const) {
    const on = board(route([{ backendRefs: both }], kind), config);
    on.settle(wanted({ weight: 25 }));
    deepEqual(rulesOf(on, kind), [{ backendRefs: pair(25, 75) }]);
  }
});

test("routes found by their labels are weighted too, one that is named already only once", () => {
  const selected = { httpRoute: "shop", httpRouteSelector: { matchLabels: { app: "shop" } } };
  const labelled = route([{ backendRefs: both }], "HTTPRoute", { labels: { app: "shop" } });
  const other = { ...labelled, metadata: { ...labelled.metadata, name: "shop-2" } };
  equal(board([labelled, other], selected).settle(wanted({ weight: 5 })).length, 2);
});

test("a weight out of 1000 is written as it is", () => {
  const on = board(route([{ backendRefs: both }]));
  on.settle(wanted({ weight: 5, max: 1000 }));
  deepEqual(rulesOf(on), [{ backendRefs: pair(5, 995) }]);
});

test("rules with one of the two are left alone: a weight of 0 there would fail all their requests", () => {
  const stableOnly = {
    matches: [{ path: { value: "/admin" } }],
    backendRefs: [{ name: "shop-stable", port: 80 }],
  };
  const canaryOnly = {
    matches: [{ path: { value: "/try" } }],
    backendRefs: [{ name: "shop-canary", port: 80 }],
  };
  const on = board(route([stableOnly, { backendRefs: both }, canaryOnly]));
  on.settle(wanted({ weight: 100 }));
  deepEqual(rulesOf(on), [stableOnly, { backendRefs: pair(100, 0) }, canaryOnly]);
  equal(on.carries(wanted()), 100);
});

test("experiments take their share from stable and go again (trap T-62)", () => {
  const on = board(route([{ backendRefs: both }]));
  on.settle(wanted({ weight: 20, additional: [experiment] }));
  const exp = { name: "exp-a", namespace, port: 9000, weight: 10 };
  deepEqual(rulesOf(on), [{ backendRefs: [...pair(20, 70), exp] }]);
  equal(on.carries(wanted({ additional: [experiment] })), 20);
  on.settle(wanted({ weight: 20, additional: [{ ...experiment, weight: 5 }] }));
  deepEqual(rulesOf(on), [{ backendRefs: [...pair(20, 75), { ...exp, weight: 5 }] }]);
  on.settle(wanted({ weight: 20, former: ["exp-a"] }));
  deepEqual(rulesOf(on), [{ backendRefs: pair(20, 80) }]);
});

test("the share of an experiment goes again, also when no status has recorded it", () => {
  const on = board(route([{ backendRefs: both }]));
  const by = { router: "gatewayAPI", config: { httpRoute: "shop" } };
  on.settle(wanted({ weight: 20, additional: [experiment], by }));
  const former = formerServices(undefined, on.all(), `${namespace}/shop-ro`);
  deepEqual(former, ["exp-a"]);
  on.settle(wanted({ weight: 20, former, by }));
  deepEqual(rulesOf(on), [{ backendRefs: pair(20, 80) }]);
  deepEqual(formerServices([{ serviceName: "exp-b" }], on.all(), `${namespace}/shop-ro`), ["exp-b"]);
});

test("ping-pong services take the roles that they have now", () => {
  const refs = [
    { name: "p1", port: 80 },
    { name: "p2", port: 80 },
  ];
  const on = board(route([{ backendRefs: refs }]));
  const pingPong = { ping: "p1", pong: "p2", stable: "ping" } as const;
  on.settle(wanted({ canaryService: "", stableService: "", pingPong, weight: 25 }));
  deepEqual(rulesOf(on), [
    {
      backendRefs: [
        { name: "p1", port: 80, weight: 75 },
        { name: "p2", port: 80, weight: 25 },
      ],
    },
  ]);
});

test("two Rollouts can share a route: both names are noted, and only one's goes", () => {
  const on = board(
    route([{ backendRefs: both }], "HTTPRoute", { annotations: { [Object.keys(mark)[0] ?? ""]: "other" } }),
  );
  on.settle(wanted({ weight: 30 }));
  equal(Object.values(on.get("HTTPRoute", "shop")?.metadata.annotations ?? {})[0], "other,shop-ro");
  for (const effect of on.clean(wanted({ weight: 30 }))) on.apply(effect);
  equal(Object.values(on.get("HTTPRoute", "shop")?.metadata.annotations ?? {})[0], "other");
});

test("cleaning up: everything to stable, no label, no mark, no rules of ours", () => {
  const on = board(route([{ backendRefs: both }]));
  on.settle(wanted({ weight: 30, managed: ["beta"], routes: [beta], additional: [experiment] }));
  for (const effect of on.clean(wanted({ managed: ["beta"], former: ["exp-a"] }))) on.apply(effect);
  deepEqual(
    on.get("HTTPRoute", "shop"),
    route([{ backendRefs: pair(0, 100) }], "HTTPRoute", { labels: {}, annotations: {} }),
  );
  deepEqual(on.clean(wanted({ managed: ["beta"], former: ["exp-a"] })), []);
});

const refused: [name: string, one: KubeObject[], config: GatewayApiRouting, message: string][] = [
  [
    "nothing configured",
    [],
    {},
    "No routes configured. At least one of 'httpRoutes', 'grpcRoutes', 'tcpRoutes', 'tlsRoutes', " +
      "'httpRoute', 'grpcRoute', 'tcpRoute' or 'tlsRoute' must be set",
  ],
  ["a missing route", [], { httpRoute: "x" }, 'httproutes.gateway.networking.k8s.io "x" not found'],
  [
    "neither service (trap T-63)",
    [route([docs])],
    { httpRoute: "shop" },
    "backendRef was not found in httpRoute",
  ],
  [
    "neither service, TCP",
    [route([docs], "TCPRoute")],
    { tcpRoute: "shop" },
    "backendRef list was not found in tcpRoute",
  ],
  [
    "more rules than the CRDs accept",
    [route(Array.from({ length: 9 }, () => ({ backendRefs: both })))],
    { httpRoute: "shop" },
    'HTTPRoute "shop" would have 18 rules with the managed routes; at most 16 are possible',
  ],
];
for (const [name, one, config, message] of refused) {
  test(`refused: ${name}`, () =>
    throws(() => board(one, config).plan(wanted({ managed: ["beta"], routes: [beta] })), { message }));
}
