import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Wanted } from "../../src/traffic/router.ts";
import { api, beta, board, both, canaryRef, mark, pair, route, rulesOf } from "./gatewaySupport.ts";
import { namespace, wanted } from "./support.ts";

test("the header rule of the reference is added to every rule that splits (T-59), and taken away", () => {
  const on = board(route([api, { backendRefs: both }]));
  const want = wanted({ weight: 20, managed: ["beta"], routes: [beta] });
  equal(on.settle(want).length, 1);
  const headers = [{ type: "Exact", name: "x-beta", value: "1" }];
  deepEqual(rulesOf(on).slice(2), [
    {
      name: "beta",
      matches: [{ path: { type: "PathPrefix", value: "/api" }, headers }],
      filters: api.filters,
      backendRefs: [canaryRef],
    },
    { name: "beta-1", matches: [{ headers }], backendRefs: [canaryRef] },
  ]);
  equal(on.carries(want), 20);
  on.settle(wanted({ weight: 20, managed: ["beta"] }));
  deepEqual(rulesOf(on), [{ ...api, backendRefs: pair(20, 80) }, { backendRefs: pair(20, 80) }]);
});

test("what the API server fills in is no difference, and a rule whose name it dropped is still ours", () => {
  const want = wanted({ managed: ["beta"], routes: [beta] });
  const on = board(route([api]));
  on.settle(want);
  const [source, ours] = rulesOf(on) as [Record<string, unknown>, Record<string, unknown>];
  const filledIn = { ...ours, backendRefs: [{ ...canaryRef, weight: 1 }] };
  on.put(route([source, filledIn], "HTTPRoute", { annotations: mark }));
  deepEqual(on.plan(want), []);
  const { name: _dropped, ...nameless }: Record<string, unknown> = filledIn;
  on.put(route([source, nameless], "HTTPRoute", { annotations: mark }));
  deepEqual(on.plan(want), []);
  on.settle(wanted({ managed: ["beta"] }));
  deepEqual(rulesOf(on), [source]);
});

test("only what is managed goes: rules by hand and other managed routes stay (trap T-61)", () => {
  const byHand = {
    matches: [{ path: { type: "PathPrefix", value: "/canary-only" } }],
    backendRefs: [{ name: "shop-canary", port: 80 }],
  };
  const gamma = { ...beta, name: "gamma" };
  const on = board(route([{ backendRefs: both }, byHand]));
  on.settle(wanted({ managed: ["beta", "gamma"], routes: [beta, gamma] }));
  on.settle(wanted({ managed: ["beta", "gamma"], routes: [gamma] }));
  deepEqual(
    rulesOf(on).map((rule) => rule["name"] ?? "-"),
    ["-", "-", "gamma"],
  );
  deepEqual(rulesOf(on)[1], byHand);
});

test("only routes that say so, and the single ones, get header rules", () => {
  const second = { ...route([{ backendRefs: both }]), metadata: { name: "second", namespace } };
  const on = board([route([{ backendRefs: both }]), second], {
    httpRoutes: [{ name: "shop" }, { name: "second", useHeaderRoutes: true }],
  });
  on.settle(wanted({ managed: ["beta"], routes: [beta] }));
  equal(rulesOf(on).length, 1);
  equal(rulesOf(on, "HTTPRoute", "second").length, 2);
});

const values: [name: string, value: object, want: object][] = [
  ["exact", { exact: "1" }, { type: "Exact", value: "1" }],
  ["prefix", { prefix: "eu" }, { type: "RegularExpression", value: "eu.*" }],
  ["regex", { regex: "a|b" }, { type: "RegularExpression", value: "a|b" }],
];
for (const [name, headerValue, want] of values) {
  test(`headers match by ${name}, and all of them must (trap T-35)`, () => {
    const on = board(route([{ backendRefs: both }], "GRPCRoute"), { grpcRoute: "shop" });
    const match = [
      { headerName: "a", headerValue },
      { headerName: "b", headerValue: { exact: "2" } },
    ];
    on.settle(wanted({ managed: ["r"], routes: [{ name: "r", header: { match } }] }));
    deepEqual(rulesOf(on, "GRPCRoute")[1]?.["matches"], [
      {
        headers: [
          { name: "a", ...want },
          { name: "b", type: "Exact", value: "2" },
        ],
      },
    ]);
  });
}

test("a mirror rule splits like its source, and its weights follow", () => {
  const shadow = {
    name: "shadow",
    mirror: {
      match: [{ method: { exact: "GET" }, path: { prefix: "/api/v1" } }, { path: { exact: "/other" } }],
      percentage: 35,
    },
  };
  const on = board(route([api]));
  const want: Partial<Wanted> = { managed: ["shadow"], routes: [shadow] };
  on.settle(wanted({ ...want, weight: 20 }));
  deepEqual(rulesOf(on)[1], {
    name: "shadow",
    matches: [{ path: { type: "PathPrefix", value: "/api/v1" }, method: "GET" }],
    filters: [
      ...api.filters,
      { type: "RequestMirror", requestMirror: { backendRef: canaryRef, percent: 35 } },
    ],
    backendRefs: pair(20, 80),
  });
  on.settle(wanted({ ...want, weight: 40 }));
  deepEqual(rulesOf(on)[1]?.["backendRefs"], pair(40, 60));
  equal(on.carries(wanted({ ...want })), 40);
  on.settle(wanted({ managed: ["shadow"] }));
  equal(rulesOf(on).length, 1);
});
