import { doesNotThrow, throws } from "node:assert/strict";
import { test } from "node:test";
import { checkBlueGreen } from "../../../src/rollout/validate/blueGreen.ts";

const anti = "spec.strategy.antiAffinity: Invalid value: ";
const one = "AntiAffinity must have exactly one strategy listed";
const preferred = (weight: number) => ({ preferredDuringSchedulingIgnoredDuringExecution: { weight } });
const hard = { requiredDuringSchedulingIgnoredDuringExecution: {} };

const rules: [name: string, strategy: object, want: string][] = [
  [
    "b1",
    { previewService: "a" },
    'spec.strategy.activeService: Invalid value: "a": This rollout uses the same service for the active and preview services, but two different services are required.',
  ],
  [
    "b1, both empty",
    { activeService: "" },
    'spec.strategy.activeService: Invalid value: "": This rollout uses the same service for the active and preview services, but two different services are required.',
  ],
  [
    "b2",
    { scaleDownDelayRevisionLimit: 11 },
    "spec.strategy.scaleDownDelayRevisionLimit: Invalid value: 11: This rollout's revision history limit can not be smaller than the rollout's scale down limit",
  ],
  [
    "b3, neither",
    { antiAffinity: {} },
    `${anti}"antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: false antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: false": ${one}`,
  ],
  [
    "b3, both",
    { antiAffinity: { ...preferred(1), ...hard } },
    `${anti}"antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: true antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: true": ${one}`,
  ],
  [
    "b4, too little",
    { antiAffinity: preferred(0) },
    "spec.strategy.antiAffinity.weight: Invalid value: 0: AntiAffinity weight must be between 1-100",
  ],
  [
    "b4, too much",
    { antiAffinity: preferred(101) },
    "spec.strategy.antiAffinity.weight: Invalid value: 101: AntiAffinity weight must be between 1-100",
  ],
];
for (const [name, strategy, message] of rules) {
  test(`a blue-green strategy is refused by rule ${name}`, () =>
    throws(() => checkBlueGreen({ activeService: "a", ...strategy }, {}), { message }));
}

const fine: [name: string, strategy: object, revisionHistoryLimit: number | undefined][] = [
  ["one service", {}, undefined],
  ["two services", { previewService: "b" }, undefined],
  ["the limit of the default history", { scaleDownDelayRevisionLimit: 10 }, undefined],
  ["the limit of a longer history", { scaleDownDelayRevisionLimit: 11 }, 11],
  ["a preferred anti-affinity", { antiAffinity: preferred(100) }, undefined],
  ["a required anti-affinity", { antiAffinity: hard }, undefined],
  ["no delays", { scaleDownDelaySeconds: 0, abortScaleDownDelaySeconds: 0 }, 0],
];
for (const [name, strategy, revisionHistoryLimit] of fine) {
  const spec = revisionHistoryLimit === undefined ? {} : { revisionHistoryLimit };
  test(`a blue-green strategy is accepted: ${name}`, () =>
    doesNotThrow(() => checkBlueGreen({ activeService: "a", ...strategy }, spec)));
}
