import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { IstioRouting } from "../../src/api/istioRouting.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { placeOf } from "../../src/traffic/istioNames.ts";
import type { Wanted } from "../../src/traffic/router.ts";
import { board, both, primary, routesOf, service, subsets, to } from "./istioSupport.ts";
import { wanted } from "./support.ts";

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

const wrong = (protocol: string) => `Istio VirtualService has invalid ${protocol} routes. Error:`;
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
    `${wrong("HTTP")} HTTP Route 'x' is not found in the defined Virtual Service.`,
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
    `${wrong("TLS")} No matching TLS routes found in the defined Virtual Service.`,
  ],
  [
    "no TCP route fits",
    { tcpRoutes: [{ port: 1 }] },
    tcp(),
    {},
    `${wrong("TCP")} No matching TCP routes found in the defined Virtual Service.`,
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
