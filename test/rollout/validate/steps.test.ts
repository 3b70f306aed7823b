import { doesNotThrow, throws } from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../src/api/read.ts";
import { CanaryStep } from "../../../src/api/steps.ts";
import { TrafficRouting } from "../../../src/api/trafficRouting.ts";
import { checkStep } from "../../../src/rollout/validate/steps.ts";

const at = "spec.strategy.steps[0]";

function check(step: object, routing: object | undefined): void {
  checkStep(read(CanaryStep, step), at, routing === undefined ? undefined : read(TrafficRouting, routing));
}

const managedRoutes = [{ name: "h" }];
const istio = { istio: {}, managedRoutes };
const alb = { alb: { servicePort: 80 }, managedRoutes };
const plugins = { plugins: { "argoproj-labs/gatewayAPI": {} }, managedRoutes };
const declarative = {
  object: { apiVersion: "v1", kind: "Route", name: "web" },
  weights: { canary: "{.a}", stable: "{.b}" },
  backends: { canary: "{.c}", stable: "{.d}" },
};
const headerMatch = { path: "{.spec.rules}", template: {} };

const header = (headerValue: object, name = "h") => ({
  setHeaderRoute: { name, match: [{ headerName: "agent", headerValue }] },
});
const mirror = (match: object, name = "h") => ({ setMirrorRoute: { name, match: [match] } });
const experiment = { experiment: { templates: [{ name: "a", specRef: "canary", weight: 5 }] } };
const argument = (fieldPath: string) => [{ name: "a", valueFrom: { fieldRef: { fieldPath } } }];

const kinds =
  "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause";
const headers = "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix";
const mirrors = "SetMirrorRoute requires TrafficRouting, supports Istio and Plugins";
const several = "StringMatch match value must have exactly one of the following: exact, regex, prefix";
const none = "StringMatch value missed, match value must have one of the following: exact, regex, prefix";
const exactOnly = "SetHeaderRoute match value invalid. ALB supports 'exact' value only";
const unmanaged =
  "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes";
const noManaged =
  "spec.strategy.trafficRouting.managedRoutes: Required value: Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'";
const onlySome =
  "Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time";
const downward = "Analyses arguments must refer to valid object metadata supported by downwardAPI";

const rules: [name: string, step: object, routing: object | undefined, want: string][] = [
  [
    "s1",
    { setWeight: 10, pause: {} },
    undefined,
    `${at}: Invalid value: "step.Experiment: false step.Pause: true step.SetWeight: true step.Analysis: false": ${kinds}`,
  ],
  [
    "s2",
    {},
    undefined,
    `${at}: Invalid value: "step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoute: true step.Plugin: true": ${kinds}`,
  ],
  [
    "s3, too much",
    { setWeight: 101 },
    undefined,
    `${at}.setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100`,
  ],
  [
    "s3, too little",
    { setWeight: -1 },
    undefined,
    `${at}.setWeight: Invalid value: -1: SetWeight needs to be between 0 and 100`,
  ],
  [
    "s3, another maximum",
    { setWeight: 1001 },
    { maxTrafficWeight: 1000 },
    `${at}.setWeight: Invalid value: 1001: SetWeight needs to be between 0 and 1000`,
  ],
  [
    "s4",
    { pause: { duration: -1 } },
    undefined,
    `${at}.pause.duration: Invalid value: -1: Duration needs to be greater than 0`,
  ],
  [
    "s4, no duration",
    { pause: { duration: "5x" } },
    undefined,
    `${at}.pause.duration: Invalid value: -1: Duration needs to be greater than 0`,
  ],
  [
    "s4, a past duration",
    { pause: { duration: "-5m" } },
    undefined,
    `${at}.pause.duration: Invalid value: -300: Duration needs to be greater than 0`,
  ],
  [
    "s5",
    { setCanaryScale: { replicas: 1 } },
    undefined,
    "spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set",
  ],
  [
    "s6, no routing",
    { setHeaderRoute: { name: "h" } },
    undefined,
    `${at}.setHeaderRoute: Invalid value: {"name":"h"}: ${headers}`,
  ],
  [
    "s6, no router",
    { setHeaderRoute: { name: "h" } },
    { nginx: {} },
    `${at}.setHeaderRoute: Invalid value: {"name":"h"}: ${headers}`,
  ],
  [
    "s6, no template for the entry",
    { setHeaderRoute: { name: "h" } },
    { declarative },
    "spec.strategy.trafficRouting.declarative.headerMatch: Required value: setHeaderRoute needs a template for the entry to add",
  ],
  [
    "s7, two",
    header({ regex: "c", exact: "b" }),
    istio,
    `${at}.setHeaderRoute.match[0]: Invalid value: {"exact":"b","regex":"c"}: ${several}`,
  ],
  ["s7, none", header({}), istio, `${at}.setHeaderRoute.match[0]: Invalid value: {}: ${none}`],
  [
    "s7, ALB",
    header({ regex: "b" }),
    alb,
    `${at}.setHeaderRoute.match[0]: Invalid value: {"regex":"b"}: ${exactOnly}`,
  ],
  ["s7, ALB without", header({}), alb, `${at}.setHeaderRoute.match[0]: Invalid value: {}: ${exactOnly}`],
  [
    "s8, no routing",
    { setMirrorRoute: { name: "h" } },
    undefined,
    `${at}.setMirrorRoute: Invalid value: {"name":"h"}: ${mirrors}`,
  ],
  [
    "s8, no router",
    { setMirrorRoute: { name: "h" } },
    alb,
    `${at}.setMirrorRoute: Invalid value: {"name":"h"}: ${mirrors}`,
  ],
  [
    "s8, method",
    mirror({ method: {} }),
    istio,
    `${at}.setMirrorRoute.match[0].method: Invalid value: {}: ${none}`,
  ],
  [
    "s8, path",
    mirror({ path: { exact: "/a", prefix: "/" } }),
    istio,
    `${at}.setMirrorRoute.match[0].path: Invalid value: {"exact":"/a","prefix":"/"}: ${several}`,
  ],
  ["s9, no list for a header", { setHeaderRoute: { name: "h" } }, { istio: {} }, noManaged],
  ["s9, no list for a mirror", { setMirrorRoute: { name: "h" } }, { istio: {} }, noManaged],
  [
    "s9, not in the list",
    { setHeaderRoute: { name: "x" } },
    istio,
    `${at}.setHeaderRoute: Invalid value: "x": ${unmanaged}`,
  ],
  [
    "s9, mirror not in the list",
    { setMirrorRoute: { name: "x" } },
    plugins,
    `${at}.setMirrorRoute: Invalid value: "x": ${unmanaged}`,
  ],
  [
    "s10, no routing",
    experiment,
    undefined,
    `${at}.experiment.templates[0].weight: Invalid value: 5: Experiment template weight cannot be set unless TrafficRouting is enabled`,
  ],
  [
    "s10, no router",
    experiment,
    { nginx: {} },
    `${at}.experiment.templates[0].weight: Invalid value: 5: ${onlySome}`,
  ],
  [
    "s11",
    { analysis: { args: argument("metadata.foo") } },
    undefined,
    `${at}.analyses: Invalid value: [{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.foo"}}}]: ${downward}`,
  ],
  [
    "s11, dotted",
    { analysis: { args: argument("metadata.labels.app") } },
    undefined,
    `${at}.analyses: Invalid value: [{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels.app"}}}]: ${downward}`,
  ],
  [
    "s11, experiment",
    {
      experiment: {
        templates: [],
        analyses: [{ name: "a", templateName: "t", args: argument("metadata.foo") }],
      },
    },
    undefined,
    `${at}.analyses: Invalid value: [{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.foo"}}}]: ${downward}`,
  ],
];
for (const [name, step, routing, message] of rules) {
  test(`a step is refused by rule ${name}`, () => throws(() => check(step, routing), { message }));
}

const fine: [name: string, step: object, routing: object | undefined][] = [
  ["no weight", { setWeight: 0 }, undefined],
  ["all weight", { setWeight: 100 }, undefined],
  ["thousandths", { setWeight: 1000 }, { maxTrafficWeight: 1000 }],
  ["a pause for someone", { pause: {} }, undefined],
  ["pauses of 0", { pause: { duration: 0 } }, undefined],
  ["pauses of text 0", { pause: { duration: "0" } }, undefined],
  ["pauses of seconds", { pause: { duration: "5" } }, undefined],
  ["pauses of hours", { pause: { duration: "1h30m" } }, undefined],
  ["a scale with a header", { setCanaryScale: { weight: 150 }, ...header({ exact: "a" }) }, alb],
  ["a scale with a weight", { setCanaryScale: { replicas: 1 }, setWeight: 5 }, {}],
  ["a header by prefix", header({ prefix: "a" }), istio],
  ["a header by a plugin", header({ regex: "a" }), plugins],
  ["a header by APISIX", header({ regex: "a" }), { apisix: {}, managedRoutes }],
  ["a header by Gateway API", header({ regex: "a" }), { gatewayAPI: {}, managedRoutes }],
  [
    "a header by data",
    header({ exact: "a" }),
    { declarative: { ...declarative, headerMatch }, managedRoutes },
  ],
  ["a header by the other router", header({ exact: "a" }), { ...istio, declarative }],
  ["no header any more", { setHeaderRoute: { name: "h" } }, istio],
  ["a mirror", mirror({ method: { exact: "GET" }, path: { prefix: "/" } }), istio],
  ["a mirror by odd headers", mirror({ headers: { a: {} } }), plugins],
  ["a mirror at a Gateway", mirror({ path: { prefix: "/" } }), { gatewayAPI: {}, managedRoutes }],
  ["no mirror any more", { setMirrorRoute: { name: "h" } }, istio],
  ["an experiment with traffic", experiment, { smi: {} }],
  [
    "an experiment without traffic",
    { experiment: { templates: [{ name: "a", specRef: "canary" }] } },
    undefined,
  ],
  ["a plugin", { plugin: { name: "a/b" } }, undefined],
  ...[
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "metadata.labels",
    "metadata.annotations['a.b/c']",
    "status.x",
  ].map((path): [string, object, undefined] => [path, { analysis: { args: argument(path) } }, undefined]),
];
for (const [name, step, routing] of fine) {
  test(`a step is accepted: ${name}`, () => doesNotThrow(() => check(step, routing)));
}
