import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { listIn } from "../../src/traffic/fields.ts";
import { beta, board, managed, primary, routesOf, service, shadow, to } from "./istioSupport.ts";
import { wanted } from "./support.ts";

test("header and mirror routes of the reference, in order, and weights still move (trap T-46)", () => {
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
