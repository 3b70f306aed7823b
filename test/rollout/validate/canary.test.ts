import { doesNotThrow, throws } from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../src/api/read.ts";
import { CanaryStrategy } from "../../../src/api/strategy.ts";
import { checkCanary } from "../../../src/rollout/validate/canary.ts";

const check = (strategy: object) => checkCanary(read(CanaryStrategy, strategy));

const services = { canaryService: "canary", stableService: "stable" };
const pingPong = { pingService: "ping", pongService: "pong" };
const alb = { ingress: "web", servicePort: 80 };
const rooted = { ...alb, rootService: "root" };
const subsets = { name: "web", canarySubsetName: "canary", stableSubsetName: "stable" };
const istio = { virtualService: { name: "web" } };
const declarative = {
  object: { apiVersion: "v1", kind: "Route", name: "web" },
  weights: { canary: "{.a}", stable: "{.b}" },
  backends: { canary: "{.c}", stable: "{.d}" },
};
const gateway = "argoproj-labs/gatewayAPI";

const both = "MaxSurge and MaxUnavailable both can not be zero";
const needed = "Canary service and Stable service must to be set to use Traffic Routing";
const unset = "Ping service and Pong service must to be set to use Ping-Pong feature";
const same = (roles: string) =>
  `This rollout uses the same service for the ${roles} services, but two different services are required.`;

const rules: [name: string, strategy: object, want: string][] = [
  ["c1, numbers", { maxSurge: 0, maxUnavailable: 0 }, `spec.strategy.maxSurge: Invalid value: 0: ${both}`],
  [
    "c1, texts",
    { maxSurge: "0%", maxUnavailable: "0" },
    `spec.strategy.maxSurge: Invalid value: "0%": ${both}`,
  ],
  [
    "c1, words",
    { maxSurge: "many", maxUnavailable: 0 },
    `spec.strategy.maxSurge: Invalid value: "many": ${both}`,
  ],
  [
    "c2",
    { canaryService: "a", stableService: "a" },
    `spec.strategy.stableService: Invalid value: "a": ${same("stable and canary")}`,
  ],
  [
    "c3",
    { pingPong, trafficRouting: { nginx: { stableIngress: "web" } } },
    "spec.strategy.trafficRouting.alb: Invalid value: null: Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only",
  ],
  [
    "c3, no router",
    { pingPong, trafficRouting: { plugins: {} } },
    "spec.strategy.trafficRouting.alb: Invalid value: null: Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only",
  ],
  [
    "c4, ping",
    { pingPong: { pingService: "", pongService: "pong" }, trafficRouting: { alb: rooted } },
    `spec.strategy.pingPong.pingService: Invalid value: "": ${unset}`,
  ],
  [
    "c4, pong",
    { pingPong: { pingService: "ping", pongService: "" }, trafficRouting: { istio } },
    `spec.strategy.pingPong.pongService: Invalid value: "": ${unset}`,
  ],
  [
    "c5",
    { pingPong: { pingService: "a", pongService: "a" }, trafficRouting: { alb: rooted } },
    `spec.strategy.pingPong.pingService: Invalid value: "a": ${same("ping and pong")}`,
  ],
  [
    "c6",
    { pingPong, trafficRouting: { alb } },
    'spec.strategy.trafficRouting.alb.rootService: Invalid value: "": Root service field is required for the configuration with ALB and ping-pong feature enabled',
  ],
  ["c7, stable", { trafficRouting: { alb } }, `spec.strategy.stableService: Invalid value: "": ${needed}`],
  [
    "c7, canary",
    { stableService: "a", trafficRouting: { smi: {} } },
    `spec.strategy.canaryService: Invalid value: "": ${needed}`,
  ],
  [
    "c7, Istio by host",
    { trafficRouting: { istio } },
    `spec.strategy.stableService: Invalid value: "": ${needed}`,
  ],
  [
    "c7, several routers",
    { pingPong, trafficRouting: { istio, nginx: {} } },
    `spec.strategy.stableService: Invalid value: "": ${needed}`,
  ],
  ...["apisix", "ambassador", "nginx", "appMesh", "traefik", "gatewayAPI", "declarative"].map(
    (router): [string, object, string] => {
      const configs: Readonly<Record<string, object>> = {
        ambassador: { mappings: ["web"] },
        traefik: { weightedTraefikServiceName: "web" },
        declarative,
      };
      return [
        `c7, ${router}`,
        { trafficRouting: { [router]: configs[router] ?? {} } },
        `spec.strategy.stableService: Invalid value: "": ${needed}`,
      ];
    },
  ),
  [
    "c8",
    { scaleDownDelaySeconds: 30, dynamicStableScale: true },
    "spec.strategy.scaleDownDelaySeconds: Invalid value: 30: Canary scaleDownDelaySeconds can only be used with traffic routing",
  ],
  [
    "c9",
    { dynamicStableScale: true },
    "spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be used with traffic routing",
  ],
  [
    "c10",
    { trafficRouting: {}, dynamicStableScale: true, scaleDownDelaySeconds: 0 },
    "spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale cannot be used with scaleDownDelaySeconds",
  ],
  [
    "c11",
    { ...services, trafficRouting: { alb, maxTrafficWeight: 1000 } },
    "spec.strategy.trafficRouting.maxTrafficWeight: Invalid value: 1000: Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins",
  ],
  [
    "of two Gateway API configurations",
    { ...services, trafficRouting: { gatewayAPI: {}, plugins: { [gateway]: {} } } },
    'spec.strategy.trafficRouting.gatewayAPI: Forbidden: plugins["argoproj-labs/gatewayAPI"] is configured as well; only one of the two may be',
  ],
  [
    "b3",
    { antiAffinity: {} },
    'spec.strategy.antiAffinity: Invalid value: "antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: false antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: false": AntiAffinity must have exactly one strategy listed',
  ],
];
for (const [name, strategy, message] of rules) {
  test(`a canary strategy is refused by rule ${name}`, () => throws(() => check(strategy), { message }));
}

const fine: [name: string, strategy: object][] = [
  ["nothing", {}],
  ["no surge", { maxSurge: 0 }],
  ["no unavailable pod", { maxUnavailable: "0%" }],
  ["a budget of nothing in the end", { maxSurge: 0, maxUnavailable: "1%" }],
  ["words beside a number", { maxSurge: "many", maxUnavailable: 1 }],
  ["services without router", services],
  ["ping-pong without router", { pingPong }],
  ["routing without router", { trafficRouting: {} }],
  ["a plugin without services", { trafficRouting: { plugins: { [gateway]: { httpRoute: "web" } } } }],
  ["Istio by subset", { trafficRouting: { istio: { ...istio, destinationRule: subsets } } }],
  ["Istio with ping-pong", { pingPong, trafficRouting: { istio } }],
  ["ALB with ping-pong", { pingPong, trafficRouting: { alb: rooted } }],
  ["Gateway API with ping-pong", { pingPong, trafficRouting: { gatewayAPI: { httpRoute: "web" } } }],
  ["ping-pong described by data", { pingPong, trafficRouting: { declarative } }],
  ["thousandths at nginx", { ...services, trafficRouting: { nginx: {}, maxTrafficWeight: 1000 } }],
  ["thousandths at a plugin", { trafficRouting: { plugins: { [gateway]: {} }, maxTrafficWeight: 1000 } }],
  ["a dynamic stable scale", { trafficRouting: {}, dynamicStableScale: true }],
  ["what nobody checks", { minPodsPerReplicaSet: -1, replicaProgressThreshold: { type: "Pod", value: -1 } }],
];
for (const [name, strategy] of fine) {
  test(`a canary strategy is accepted: ${name}`, () => doesNotThrow(() => check(strategy)));
}

const order: [first: string, strategy: object, path: string][] = [
  [
    "budget before services",
    { maxSurge: 0, maxUnavailable: 0, canaryService: "a", stableService: "a" },
    "maxSurge",
  ],
  ["services before steps", { canaryService: "a", stableService: "a", steps: [{}] }, "stableService"],
  ["steps in order", { steps: [{ setWeight: 1 }, { setWeight: 101 }, {}] }, "steps[1].setWeight"],
  ["steps before anti-affinity", { steps: [{}], antiAffinity: {} }, "steps[0]"],
];
for (const [name, strategy, path] of order) {
  test(`the first problem of a canary strategy is told: ${name}`, () =>
    throws(() => check(strategy), { path: `spec.strategy.${path}` }));
}
