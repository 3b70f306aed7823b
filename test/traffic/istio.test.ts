import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/api/json.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { board, both, mark, primary, routesOf, service, to } from "./istioSupport.ts";
import { wanted } from "./support.ts";

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

test("several VirtualServices carry the same weight", () => {
  const config = { virtualServices: [{ name: "shop" }, { name: "two" }] };
  const on = board([service({ http: [primary] }), service({ http: [{ route: both }] }, "two")], config);
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
