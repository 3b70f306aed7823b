import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { IstioRouting } from "../../src/api/istioRouting.ts";
import type { Json } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { istio } from "../../src/traffic/istio.ts";
import { placeOf } from "../../src/traffic/istioNames.ts";
import type { Wanted } from "../../src/traffic/router.ts";
import { Board, object, wanted } from "./support.ts";

const api = "networking.istio.io/v1alpha3";
const hash = "rollouts-pod-template-hash";
const mark = "argo-rollouts.argoproj.io/managed-by-rollouts";

function to(host: string, weight?: number, more: object = {}): Json {
  return { destination: { host, ...more }, ...(weight === undefined ? {} : { weight }) };
}

function toSubset(subset: string, weight?: number): Json {
  return to("shop", weight, { subset });
}

function service(spec: object, name = "shop"): KubeObject {
  return object(api, "VirtualService", name, { spec: { hosts: ["shop"], ...spec } });
}

const both = [to("shop-stable", 100), to("shop-canary.prod.svc", 0)];
const primary = { name: "primary", retries: { attempts: 2 }, corsPolicy: { newKey: [1.5] }, route: both };

function board(objects: readonly KubeObject[], config: IstioRouting = { virtualService: { name: "shop" } }) {
  return new Board(istio(), config, objects);
}

function routesOf(on: Pick<Board<unknown>, "get">, section = "http", name = "shop"): readonly Json[] {
  return listIn(on.get("VirtualService", name), "spec", section);
}

test("setWeight 10 with an experiment of 5, as in the reference; unknown fields stay (trap T-48)", () => {
  const on = board([service({ http: [primary] })]);
  const additional = [{ serviceName: "shop-ro-7b-2-baseline", podTemplateHash: "7b", weight: 5 }];
  const [patch] = on.settle(wanted({ weight: 10, additional }));
  deepEqual(routesOf(on), [
    {
      ...primary,
      route: [to("shop-stable", 85), to("shop-canary.prod.svc", 10), to("shop-ro-7b-2-baseline", 5)],
    },
  ]);
  deepEqual(patch?.event, {
    type: "Normal",
    reason: "Updated VirtualService",
    message: "VirtualService `shop` set to desiredWeight '10'",
  });
  equal(on.carries(wanted({ additional })), 10);
});

test("the write tests name and destination of what it changes", () => {
  const [patch] = board([service({ http: [primary] })]).plan(wanted({ weight: 10 }));
  deepEqual(patch?.do === "patch" && patch.body, [
    { op: "test", path: "/metadata/annotations", value: null },
    { op: "test", path: "/spec/http/0/name", value: "primary" },
    { op: "test", path: "/spec/http/0/route/0/destination", value: { host: "shop-stable" } },
    { op: "test", path: "/spec/http/0/route/1/destination", value: { host: "shop-canary.prod.svc" } },
    { op: "add", path: "/metadata/annotations", value: { [mark]: "shop-ro" } },
    { op: "replace", path: "/spec/http/0/route/0/weight", value: 90 },
    { op: "replace", path: "/spec/http/0/route/1/weight", value: 10 },
  ]);
});

const destinations: [name: string, before: Json[], weight: number, after: Json[]][] = [
  [
    "a foreign one with traffic goes (trap T-42)",
    [...both, to("other", 5)],
    10,
    [to("shop-stable", 90), to("shop-canary.prod.svc", 10)],
  ],
  [
    "a foreign one without traffic stays",
    [...both, to("other", 0), to("third")],
    10,
    [to("shop-stable", 90), to("shop-canary.prod.svc", 10), to("other", 0), to("third")],
  ],
  [
    "an absent weight is 0 (trap T-49)",
    [to("shop-stable", 100), to("shop-canary")],
    0,
    [to("shop-stable", 100), to("shop-canary")],
  ],
  [
    "a host that begins with a dot is nobody's",
    [...both, to(".shop", 7)],
    10,
    [to("shop-stable", 90), to("shop-canary.prod.svc", 10), to(".shop", 7)],
  ],
];
for (const [name, before, weight, after] of destinations) {
  test(`destinations: ${name}`, () => {
    const on = board([service({ http: [{ route: before }] })]);
    on.settle(wanted({ weight }));
    deepEqual(routesOf(on), [{ route: after }]);
  });
}

test("weights are never negative (trap T-50)", () => {
  const on = board([service({ http: [{ route: both }] })]);
  on.settle(wanted({ weight: 60, additional: [{ serviceName: "exp", podTemplateHash: "x", weight: 70 }] }));
  deepEqual(
    listIn(routesOf(on)[0], "route").map((one) => one["weight"]),
    [0, 60, 70],
  );
});

const second = { name: "second", match: [{ uri: { prefix: "/b" } }], route: both };
const selected: [
  name: string,
  config: Partial<IstioRouting["virtualService"]>,
  spec: object,
  section: string,
  at: number[],
][] = [
  ["the only one, named (trap T-45)", {}, { http: [primary] }, "http", [0]],
  ["those that are named", { routes: ["second"] }, { http: [primary, second] }, "http", [1]],
  ["several by name", { routes: ["second", "primary"] }, { http: [primary, second] }, "http", [0, 1]],
  ["TLS by port and hosts", { tlsRoutes: [{ port: 443, sniHosts: ["b", "a"] }] }, tls(), "tls", [0]],
  ["TLS by hosts alone", { tlsRoutes: [{ sniHosts: ["c"] }] }, tls(), "tls", [1]],
  ["the only TLS route", {}, { tls: [{ match: [{ port: 443 }], route: both }] }, "tls", [0]],
  ["TCP by port", { tcpRoutes: [{ port: 3306 }] }, tcp(), "tcp", [1]],
];
for (const [name, config, spec, section, at] of selected) {
  test(`routes that carry weights: ${name}`, () => {
    const on = board([service(spec)], { virtualService: { name: "shop", ...config } });
    on.settle(wanted({ weight: 30 }));
    const carrying = routesOf(on, section).flatMap((route, index) =>
      listIn(route, "route")[1]?.["weight"] === 30 ? [index] : [],
    );
    deepEqual(carrying, at);
    equal(on.carries(wanted()), 30);
  });
}

function tls() {
  return {
    tls: [
      {
        match: [
          { port: 443, sniHosts: ["a"] },
          { port: 443, sniHosts: ["b"] },
        ],
        route: both,
      },
      { match: [{ sniHosts: ["c"] }], route: both },
    ],
  };
}

function tcp() {
  return {
    tcp: [
      { match: [{ port: 80 }], route: both },
      { match: [{ port: 3306 }], route: both },
    ],
  };
}

test("every section that is there is written, also when only routes of another are named", () => {
  const on = board([service({ http: [primary], tcp: [{ route: both }] })], {
    virtualService: { name: "shop", routes: ["primary"] },
  });
  on.settle(wanted({ weight: 30 }));
  equal(listIn(routesOf(on, "tcp")[0], "route")[1]?.["weight"], 30);
});

const omitted = (section: string, field: string) =>
  `spec.${section}[] should be set in VirtualService and it must have exactly one route when omitting ` +
  `spec.strategy.canary.trafficRouting.istio.virtualService.${field}`;
const invalid: [name: string, config: object, spec: object, want: Partial<Wanted>, message: string][] = [
  [
    "no routes at all",
    {},
    {},
    {},
    "Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService",
  ],
  [
    "a name that is not there",
    { routes: ["x"] },
    { http: [primary] },
    {},
    "Istio VirtualService has invalid HTTP routes. Error: HTTP Route 'x' is not found in the defined Virtual Service.",
  ],
  [
    "no canary",
    {},
    { http: [{ route: [to("shop-stable", 100)] }] },
    {},
    "Istio VirtualService has invalid HTTP routes. Error: Canary Service 'shop-canary' not found in route",
  ],
  [
    "no stable",
    {},
    { tcp: [{ route: [to("shop-canary", 100)] }] },
    {},
    "Istio VirtualService has invalid TCP routes. Error: Stable Service 'shop-stable' not found in route",
  ],
  [
    "several unnamed",
    {},
    { http: [primary, second] },
    {},
    `Istio VirtualService has invalid HTTP routes. Error: ${omitted("http", "routes")}`,
  ],
  [
    "several TLS",
    {},
    tls(),
    {},
    `Istio VirtualService has invalid TLS routes. Error: ${omitted("tls", "tlsRoutes")}`,
  ],
  [
    "no TLS route fits",
    { tlsRoutes: [{ port: 1 }] },
    tls(),
    {},
    "Istio VirtualService has invalid TLS routes. Error: No matching TLS routes found in the defined Virtual Service.",
  ],
  [
    "no TCP route fits",
    { tcpRoutes: [{ port: 1 }] },
    tcp(),
    {},
    "Istio VirtualService has invalid TCP routes. Error: No matching TCP routes found in the defined Virtual Service.",
  ],
];
for (const [name, config, spec, want, message] of invalid) {
  test(`invalid: ${name}`, () => {
    const on = board([service(spec)], { virtualService: { name: "shop", ...config } });
    throws(() => on.plan(wanted(want)), { message });
    const path = "spec.strategy.canary.trafficRouting.istio.virtualService.name";
    throws(() => on.check(wanted(want)), { message: `${path}: Invalid value: "shop": ${message}` });
    equal(on.carries(wanted()), undefined);
  });
}

test("invalid: both fields or neither, a missing VirtualService, a missing subset", () => {
  const at = "spec.strategy.canary.trafficRouting.istio";
  const message = `${at}: Internal error: either VirtualService or VirtualServices must be configured`;
  throws(() => board([], {}).check(wanted()), { message });
  throws(
    () => board([], { virtualService: { name: "a" }, virtualServices: [{ name: "b" }] }).check(wanted()),
    { message },
  );
  throws(() => board([], { virtualServices: [{ name: "b" }] }).check(wanted()), {
    message: `${at}.virtualServices[0].name: Invalid value: "b": VirtualService \`b\` not found`,
  });
  const config = { ...subsets, virtualService: { name: "shop" } };
  throws(() => board([service({ http: [primary] })], config).check(wanted()), {
    message: /Error: Canary DestinationRule subset 'canary' not found in route$/,
  });
  board([service({ http: [primary] })]).check(wanted());
});

const places: [text: string, name: string, namespace: string][] = [
  ["vs", "vs", "prod"],
  ["vs.other", "vs", "other"],
  ["team.checkout.prod", "team.checkout", "prod"],
  ["vs.prod.svc.cluster.local", "vs.prod", "svc"],
];
for (const [text, name, namespace] of places) {
  test(`the VirtualService ${text} is ${name} in ${namespace} (trap T-47)`, () =>
    deepEqual(placeOf(text, "prod"), { name, namespace }));
}

test("several VirtualServices carry the same weight", () => {
  const config = { virtualServices: [{ name: "shop" }, { name: "two" }] };
  const on = board([service({ http: [primary] }), service({ http: [second] }, "two")], config);
  equal(on.settle(wanted({ weight: 30 })).length, 2);
  equal(listIn(routesOf(on, "http", "two")[0], "route")[1]?.["weight"], 30);
});

const ping = { ping: "p1", pong: "p2", stable: "ping" } as const;
test("the fixed Services win over ping-pong, which counts when both are empty", () => {
  const on = board([service({ http: [{ route: [to("p1", 100), to("p2", 0)] }] })]);
  on.settle(wanted({ canaryService: "", stableService: "", pingPong: ping, weight: 25 }));
  deepEqual(routesOf(on), [{ route: [to("p1", 75), to("p2", 25)] }]);
  const fixed = board([service({ http: [{ route: both }] })]);
  fixed.settle(wanted({ pingPong: ping, weight: 25 }));
  deepEqual(routesOf(fixed), [{ route: [to("shop-stable", 75), to("shop-canary.prod.svc", 25)] }]);
});

const beta = {
  name: "beta",
  header: {
    match: [
      { headerName: "x-beta", headerValue: { exact: "1" } },
      { headerName: "agent", headerValue: { regex: ".*Chrome.*" } },
    ],
  },
};
const shadow = {
  name: "shadow",
  mirror: {
    match: [{ method: { exact: "GET" }, path: { prefix: "/" }, headers: { "x-a": { exact: "b" } } }],
    percentage: 35,
  },
};
const managed = ["shadow", "beta"];

test("header and mirror routes of the reference, in the order of managedRoutes, and weights still move (trap T-46)", () => {
  const port = { port: { number: 8080 } };
  const route = [to("shop-stable", 100, port), to("shop-canary", 0, port)];
  const on = board([service({ http: [{ name: "primary", route }] })]);
  on.settle(wanted({ weight: 20, managed, routes: [shadow, beta] }));
  deepEqual(routesOf(on), [
    {
      name: "shadow",
      match: [{ method: { exact: "GET" }, uri: { prefix: "/" }, headers: { "x-a": { exact: "b" } } }],
      route: [to("shop-stable", 80, port), to("shop-canary", 20, port)],
      mirror: { host: "shop-canary", ...port },
      mirrorPercentage: { value: 35 },
    },
    {
      name: "beta",
      match: [{ headers: { "x-beta": { exact: "1" } } }, { headers: { agent: { regex: ".*Chrome.*" } } }],
      route: [to("shop-canary", 100, port)],
    },
    { name: "primary", route: [to("shop-stable", 80, port), to("shop-canary", 20, port)] },
  ]);
  on.settle(wanted({ weight: 50, managed, routes: [shadow, beta] }));
  deepEqual(
    routesOf(on).map((one) => listIn(one, "route").at(-1)?.["weight"]),
    [50, 100, 50],
  );
});

test("what is managed and not wanted any more goes, and events say what happened", () => {
  const on = board([service({ http: [primary] })]);
  const messages = [[beta], [shadow, beta], []].map(
    (routes) => on.settle(wanted({ managed, routes })).at(-1)?.event?.message,
  );
  deepEqual(messages, [
    "VirtualService `shop` set headerRoute 'beta'",
    "VirtualService `shop` set mirrorRoute 'shadow'",
    "VirtualService `shop` removed all managed routes.",
  ]);
  deepEqual(routesOf(on), [primary]);
});

const subsets = { destinationRule: { name: "shop", canarySubsetName: "canary", stableSubsetName: "stable" } };
const bySubset = { ...subsets, virtualService: { name: "shop" } };
const pure = { canaryService: "", stableService: "" };

function rule(list: readonly Json[] = [subset("canary"), subset("stable")]): KubeObject {
  return object(api, "DestinationRule", "shop", {
    spec: { host: "shop.prod.svc", trafficPolicy: { tls: {} }, subsets: list },
  });
}

function subset(name: string, value?: string, more: object = {}): Json {
  return { name, labels: { app: "shop", ...(value === undefined ? {} : { [hash]: value }) }, ...more };
}

function split(canary: number): KubeObject {
  return service({
    http: [{ name: "primary", route: [toSubset("stable", 100 - canary), toSubset("canary", canary)] }],
  });
}

test("the subsets of the reference get their hashes before the weight moves; a third is dropped (trap T-43)", () => {
  const list = [
    subset("canary"),
    subset("stable", "old", { trafficPolicy: { loadBalancer: {} } }),
    subset("legacy"),
  ];
  const on = board([split(0), rule(list)], bySubset);
  const [first, then] = on.settle(wanted({ ...pure, weight: 20 }));
  equal(first?.event?.reason, "UpdatedDestinationRule");
  equal(first?.event?.message, "DestinationRule shop subset updated (canary: 6d8f, stable: 5c77)");
  equal(then?.event?.reason, "Updated VirtualService");
  deepEqual(on.get("DestinationRule", "shop"), {
    ...rule([subset("canary", "6d8f"), subset("stable", "5c77", { trafficPolicy: { loadBalancer: {} } })]),
    metadata: { name: "shop", namespace: "prod", annotations: { [mark]: "shop-ro" } },
  });
});

test("subsets that are listed are kept, at the cost of stable", () => {
  const route = [toSubset("stable", 70), toSubset("canary", 0), toSubset("beta", 30)];
  const config = {
    ...bySubset,
    destinationRule: { ...subsets.destinationRule, additionalSubsetNames: ["beta"] },
  };
  const on = board(
    [service({ http: [{ route }] }), rule([subset("canary"), subset("stable"), subset("beta")])],
    config,
  );
  on.settle(wanted({ ...pure, weight: 20 }));
  deepEqual(listIn(routesOf(on)[0], "route"), [
    toSubset("stable", 50),
    toSubset("canary", 20),
    toSubset("beta", 30),
  ]);
  equal(listIn(on.get("DestinationRule", "shop"), "spec", "subsets").length, 3);
  equal(on.carries(wanted(pure)), 20);
});

test("header routes lead to the subset at the host of the rule", () => {
  const on = board([split(0), rule()], bySubset);
  on.settle(
    wanted({ ...pure, managed, routes: [{ ...beta, header: { match: beta.header.match.slice(0, 1) } }] }),
  );
  deepEqual(routesOf(on)[0], {
    name: "beta",
    match: [{ headers: { "x-beta": { exact: "1" } } }],
    route: [to("shop.prod.svc", 100, { subset: "canary" })],
  });
});

test("experiments get a subset while they run", () => {
  const on = board([split(0), rule()], bySubset);
  const additional = [{ serviceName: "exp", podTemplateHash: "7b9c", weight: 10 }];
  on.settle(wanted({ ...pure, weight: 20, additional }));
  deepEqual(listIn(on.get("DestinationRule", "shop"), "spec", "subsets")[2], {
    name: "exp",
    labels: { [hash]: "7b9c" },
  });
  deepEqual(listIn(routesOf(on)[0], "route")[2], to("exp", 10));
  on.settle(wanted({ ...pure, weight: 20 }));
  equal(listIn(on.get("DestinationRule", "shop"), "spec", "subsets").length, 2);
});

test("a third version: traffic leaves the canary subset before it changes its version (trap T-6)", () => {
  const on = board([split(0), rule()], bySubset);
  on.settle(wanted({ ...pure, weight: 40 }));
  const want = wanted({ ...pure, canaryHash: "9f0a" });
  const [first, ...more] = on.plan(want);
  deepEqual(more, []);
  equal(first?.event?.message, "VirtualService `shop` set to desiredWeight '0'");
  if (first !== undefined) on.apply(first);
  deepEqual(
    on.plan(want).map((effect) => effect.event?.reason),
    ["UpdatedDestinationRule"],
  );
});

test("in pure subset mode hashes wait for pods, but traffic may always be taken away (trap T-44)", () => {
  const on = board([split(0), rule()], bySubset);
  const waiting = wanted({ ...pure, unready: "shop-ro-6d8f" });
  throws(() => on.plan(waiting), {
    message: "delaying destination rule switch: ReplicaSet shop-ro-6d8f not fully available",
  });
  on.settle(wanted({ ...pure, weight: 40 }));
  equal(on.plan(wanted({ ...pure, weight: 10, stableHash: "9f0a", unready: "x" })).length, 1);
  on.settle(wanted({ unready: "x", canaryHash: "9f0a" }));
});

test("on promotion both subsets get the new hash before the weight falls", () => {
  const on = board([split(0), rule()], bySubset);
  on.settle(wanted({ ...pure, weight: 100 }));
  const reasons = on.plan(wanted({ ...pure, stableHash: "6d8f" })).map((effect) => effect.event?.reason);
  deepEqual(reasons, ["UpdatedDestinationRule", "Updated VirtualService"]);
});
