import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../src/api/problem.ts";
import type { TrafficRouting } from "../../src/api/trafficRouting.ts";
import { configuredRouters } from "../../src/traffic/index.ts";

const place = "spec.strategy.canary.trafficRouting";

test("routers run in the order of the reference, plugins sorted, ours last", () => {
  const routing = {
    plugins: { "argoproj-labs/gatewayAPI": { httpRoute: "shop" } },
    nginx: { stableIngress: "shop" },
  };
  deepEqual(
    configuredRouters(routing).map(({ name, config }) => [name, config]),
    [
      ["nginx", { stableIngress: "shop" }],
      ["plugins.argoproj-labs/gatewayAPI", { httpRoute: "shop" }],
    ],
  );
});

test("no router is configured by an empty trafficRouting (trap T-20)", () =>
  deepEqual(configuredRouters({}), []));

test("the configuration of the plugin is taken unchanged; what earlier releases had is ignored", () => {
  const config = { httpRoutes: [{ name: "a", useHeaderRoutes: true }], namespace: "edge" };
  const [found] = configuredRouters({
    plugins: { "argoproj-labs/gatewayAPI": { ...config, configMap: "old" } },
  });
  deepEqual(found?.config, config);
});

const refused: [name: string, routing: TrafficRouting, path: string, message: RegExp][] = [
  [
    "a plugin that is not built in (trap T-64)",
    { plugins: { "argoproj-labs/contour": { routes: ["a"] } } },
    `${place}.plugins.argoproj-labs/contour`,
    /argoproj-labs\/contour: Forbidden: .*use trafficRouting\.gatewayAPI, or trafficRouting\.declar/,
  ],
  [
    "the plugin beside the field",
    { gatewayAPI: { httpRoute: "a" }, plugins: { "argoproj-labs/gatewayAPI": { httpRoute: "a" } } },
    `${place}.plugins.argoproj-labs/gatewayAPI`,
    /trafficRouting\.gatewayAPI is set too/,
  ],
  [
    "a plugin configuration of the wrong shape",
    { plugins: { "argoproj-labs/gatewayAPI": { httpRoutes: [{ name: 7 }] } } },
    `${place}.plugins.argoproj-labs/gatewayAPI.httpRoutes[0].name`,
    /gatewayAPI\.httpRoutes\[0\]\.name: Invalid value: 7: must be of type string$/,
  ],
];
for (const [name, routing, path, message] of refused) {
  test(`refused: ${name}`, () => {
    throws(
      () => configuredRouters(routing),
      (error) => error instanceof Problem && error.path === path && message.test(error.message),
    );
  });
}
