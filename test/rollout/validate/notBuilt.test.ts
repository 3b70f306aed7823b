import { equal } from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../src/api/read.ts";
import { CanaryStrategy } from "../../../src/api/strategy.ts";
import { notBuilt } from "../../../src/rollout/validate/notBuilt.ts";

const found = (strategy: object) =>
  notBuilt({ spec: { strategy: { canary: read(CanaryStrategy, strategy) } } })?.message;

const cases: [name: string, strategy: object, want: string | undefined][] = [
  ["nothing", {}, undefined],
  [
    "steps that exist",
    { steps: [{ setWeight: 5 }, { pause: {} }, { analysis: {} }, { setHeaderRoute: {} }] },
    undefined,
  ],
  [
    "the plugin that is built in",
    { trafficRouting: { plugins: { "argoproj-labs/gatewayAPI": {} } } },
    undefined,
  ],
  [
    "another plugin",
    { trafficRouting: { plugins: { "argoproj-labs/gatewayAPI": {}, "argoproj-labs/contour": {} } } },
    "spec.strategy.trafficRouting.plugins[argoproj-labs/contour]: Forbidden: Go plugins are not loaded; use gatewayAPI, declarative or one of the other routers that are built in",
  ],
  [
    "a plugin as a step",
    { steps: [{ pause: {} }, { setCanaryScale: { replicas: 1 }, plugin: { name: "a/b" } }] },
    "spec.strategy.steps[1].plugin: Forbidden: Go plugins are not loaded; use an analysis step with the web or the job provider",
  ],
  ["an experiment as a step is", { steps: [{ experiment: { templates: [] } }] }, undefined],
];
for (const [name, strategy, want] of cases) {
  test(`what is not built is named: ${name}`, () => equal(found(strategy), want));
}

test("a blue-green strategy has nothing that is not built", () => {
  equal(notBuilt({ spec: { strategy: { blueGreen: { activeService: "a" } } } }), undefined);
});
