import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { DeclarativeRouting } from "../../src/api/declarativeRouting.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { declarative } from "../../src/traffic/declarative.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { Board, object, wanted } from "./support.ts";

const contour = object("projectcontour.io/v1", "HTTPProxy", "shop", {
  spec: {
    routes: [
      {
        conditions: [{ prefix: "/" }],
        services: [
          { name: "shop-stable", port: 80 },
          { name: "shop-canary", port: 80, weight: 0 },
        ],
      },
    ],
  },
});
const contourConfig: DeclarativeRouting = {
  object: { apiVersion: "projectcontour.io/v1", kind: "HTTPProxy", name: "shop" },
  weights: {
    canary: '{.spec.routes[0].services[?(@.name=="shop-canary")].weight}',
    stable: '{.spec.routes[0].services[?(@.name=="shop-stable")].weight}',
  },
  backends: { canary: "{.spec.routes[0].services[1].name}", stable: "{.spec.routes[0].services[0].name}" },
  headerMatch: {
    path: "{.spec.routes}",
    template: {
      id: "{{name}}",
      conditions: [
        { prefix: "/" },
        { header: { name: "{{headerName}}", "{{matchType}}": "{{headerValue}}" } },
      ],
      services: [{ name: "{{canaryService}}", port: 80 }],
    },
  },
};

function board(one: KubeObject = contour, config: DeclarativeRouting = contourConfig) {
  return new Board(declarative, config, [one]);
}

const header = {
  name: "beta",
  header: {
    match: [
      { headerName: "x-beta", headerValue: { exact: "1" } },
      { headerName: "x-team", headerValue: { prefix: "a" } },
    ],
  },
};

test("weights stand where the paths say; header routes come in front and do not shift them", () => {
  const on = board();
  const managed = ["beta"];
  on.settle(wanted({ weight: 5, max: 1000, managed }));
  on.settle(wanted({ weight: 25, managed, routes: [header] }));
  const entry = (name: string, type: string, value: string) => ({
    id: "beta",
    conditions: [{ prefix: "/" }, { header: { name, [type]: value } }],
    services: [{ name: "shop-canary", port: 80 }],
  });
  deepEqual(on.get("HTTPProxy", "shop")?.["spec"], {
    routes: [
      entry("x-beta", "exact", "1"),
      entry("x-team", "prefix", "a"),
      {
        conditions: [{ prefix: "/" }],
        services: [
          { name: "shop-stable", port: 80, weight: 75 },
          { name: "shop-canary", port: 80, weight: 25 },
        ],
      },
    ],
  });
  on.settle(wanted({ weight: 30, managed, routes: [header] }));
  equal(on.carries(wanted({ managed })), 30);
  on.settle(wanted({ weight: 30, managed }));
  equal((on.get("HTTPProxy", "shop")?.["spec"] as { routes: unknown[] } | undefined)?.routes.length, 1);
});

test("a backend may be a name, a host or an address of the Service", () => {
  for (const [canary, ok] of [
    ["shop-canary.prod.svc", true],
    ["shop-canary:80", true],
    ["shop-canary2", false],
  ] as const) {
    const one = object("mesh/v1", "Split", "s", { spec: { c: canary, s: "shop-stable", wc: 0, ws: 100 } });
    const config = {
      object: { apiVersion: "mesh/v1", kind: "Split", name: "s" },
      weights: { canary: ".spec.wc", stable: "$['spec']['ws']" },
      backends: { canary: ".spec.c", stable: ".spec.s" },
    };
    if (ok) equal(board(one, config).settle(wanted({ weight: 20 })).length, 1);
    else
      throws(() => board(one, config).plan(wanted()), {
        message: /has "shop-canary2" at \.spec\.c, not the canary service/,
      });
  }
});

const at = 'spec.strategy.canary.trafficRouting.declarative.object.name: Invalid value: "shop"';
const refused: [name: string, config: Partial<DeclarativeRouting>, message: string][] = [
  [
    "a path that leads nowhere",
    { weights: { canary: "{.spec.routes[3].weight}", stable: "{.x}" } },
    "the JSON path {.spec.routes[3].weight} leads nowhere",
  ],
  [
    "a path that cannot be read",
    { weights: { canary: "{.spec..weight}", stable: "{.x}" } },
    "the JSON path {.spec..weight} cannot be read at ..weight",
  ],
  [
    "another Service",
    { backends: { canary: "{.metadata.name}", stable: "{.metadata.name}" } },
    'HTTPProxy shop has "shop" at {.metadata.name}, not the canary service shop-canary',
  ],
  [
    "a template that cannot be found again",
    { headerMatch: { path: "{.spec.routes}", template: { id: "x-{{name}}" } } },
    'the template of trafficRouting.declarative.headerMatch needs a field that is "{{name}}"',
  ],
];
for (const [name, config, message] of refused) {
  test(`refused: ${name}`, () => {
    const on = board(contour, { ...contourConfig, ...config });
    const want = wanted({ managed: ["beta"], routes: [header] });
    throws(() => on.plan(want), { message });
    throws(() => on.check(want), { message: `${at}: ${message}` });
  });
}

test("a pair of Services that swap roles keep their places, and the weights follow them", () => {
  const board = new Board(declarative, contourConfig, [contour]);
  const pair = (stable: "ping" | "pong", weight: number) =>
    wanted({
      canaryService: "",
      stableService: "",
      pingPong: { ping: "shop-stable", pong: "shop-canary", stable },
      weight,
    });
  for (const [stable, weight, want] of [
    ["ping", 30, [70, 30]],
    ["pong", 0, [0, 100]],
    ["pong", 30, [30, 70]],
  ] as const) {
    board.check(pair(stable, weight));
    board.settle(pair(stable, weight));
    const [route] = listIn(board.get("HTTPProxy", "shop"), "spec", "routes");
    deepEqual(
      listIn(route, "services").map((one) => one["weight"]),
      want,
    );
    equal(board.carries(pair(stable, weight)), weight);
  }
});

test("a header route without template is refused; a missing object is invalid; a good one is not", () => {
  const { headerMatch: _none, ...config } = contourConfig;
  throws(() => board(contour, config).plan(wanted({ managed: ["beta"], routes: [header] })), {
    message: "setHeaderRoute needs trafficRouting.declarative.headerMatch",
  });
  const missing = new Board(declarative, contourConfig, []);
  throws(() => missing.check(wanted()), { message: `${at}: HTTPProxy.projectcontour.io "shop" not found` });
  board().check(wanted());
});
