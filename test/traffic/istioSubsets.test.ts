import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { listIn } from "../../src/traffic/fields.ts";
import {
  api,
  beta,
  board,
  bySubset,
  hash,
  managed,
  mark,
  pure,
  routesOf,
  service,
  subsets,
  to,
  toSubset,
} from "./istioSupport.ts";
import { object, wanted } from "./support.ts";

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

test("subsets get their hashes before the weight moves; a third is dropped (trap T-43)", () => {
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
