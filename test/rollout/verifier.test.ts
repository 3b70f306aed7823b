import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import type { LoadBalancer, LoadBalancers } from "../../src/reconcile/loadBalancers.ts";
import { rolloutKind } from "../../src/rollout/index.ts";
import type { VerifierOptions } from "../../src/rollout/verifier.ts";
import { prepareDefinitions } from "../../src/sim/definitions.ts";
import { looseDefinition } from "../../src/sim/looseKinds.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { fatesByImage } from "../../src/sim/pods.ts";
import { World } from "../../src/sim/world.ts";
import { routers } from "../../src/traffic/index.ts";
import { object } from "../traffic/support.ts";

const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace: "prod", name: "shop" };
const binding = { apiVersion: "elbv2.k8s.aws/v1beta1", kind: "TargetGroupBinding" };
const definitions = [
  ...ourDefinitions(),
  ...prepareDefinitions([looseDefinition({ ...binding, metadata: { name: "" } })]),
];

/** AWS as the test says it is. */
class Aws implements LoadBalancers {
  /** The weight of the canary's target group, or why nothing is said. */
  weight: number | { error: string } = 0;
  registered: readonly string[] = [];
  asked = 0;

  async find(host: string): Promise<LoadBalancer | undefined> {
    this.asked += 1;
    if (typeof this.weight === "object") throw new Error(this.weight.error);
    if (host !== "shop.example.org") return undefined;
    const group = (side: string, weight: number) => ({
      arn: `arn:tg/${side}/1`,
      name: side,
      resource: `prod/shop-shop-${side}:80`,
      weight,
    });
    const targetGroups = [group("canary", this.weight), group("stable", 100 - this.weight)];
    return { arn: "arn:lb/app/shop/1", name: "shop", targetGroups };
  }

  async targetsOf(): Promise<ReadonlySet<string>> {
    return new Set(this.registered);
  }
}

const ingress = object("networking.k8s.io/v1", "Ingress", "shop", {
  spec: {
    rules: [
      {
        http: {
          paths: [
            {
              path: "/*",
              pathType: "ImplementationSpecific",
              backend: { service: { name: "shop-stable", port: { name: "use-annotation" } } },
            },
          ],
        },
      },
    ],
  },
  status: { loadBalancer: { ingress: [{ hostname: "shop.example.org" }] } },
});

const canary = {
  canary: {
    stableService: "shop-stable",
    canaryService: "shop-canary",
    trafficRouting: { alb: { ingress: "shop", servicePort: 80 } },
    steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 100 }],
  },
};
const blueGreen = { blueGreen: { activeService: "shop-stable", scaleDownDelaySeconds: 30 } };

/** A world with a Rollout that has been deployed, and an update that has begun. */
async function updating(
  strategy: object,
  aws: Aws,
  more: readonly KubeObject[] = [],
  options?: Partial<VerifierOptions>,
) {
  const verifying = { loadBalancers: aws, ...options };
  const world = new World({
    definitions,
    pods: { fate: fatesByImage(new Map(), seconds(1)) },
    measure: async () => ({ is: "error", message: "nothing is measured" }),
    kinds: (all) =>
      all.map((kind) => (kind.name === "rollout" ? rolloutKind(routers, verifying) : kind) as typeof kind),
  });
  const services = ["shop-stable", "shop-canary"].map((name) =>
    object("v1", "Service", name, {
      spec: { selector: { app: "shop" }, ports: [{ name: "http", port: 80, targetPort: 8080 }] },
    }),
  );
  const rollout = object(ref.apiVersion, ref.kind, ref.name, {
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "shop" } },
      template: templateOf("shop:1"),
      strategy,
    },
  });
  for (const one of [...services, ingress, ...more]) await world.client.create(one);
  const { status } = ingress;
  await world.client.patch({ ...ingressRef }, { type: "merge", body: { status }, subresource: "status" });
  await world.client.create(rollout);
  await pass(world, 20);
  await world.client.patch(ref, { type: "merge", body: { spec: { template: templateOf("shop:2") } } });
  await pass(world, 5);
  return world;
}

const ingressRef = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", namespace: "prod", name: "shop" };

function templateOf(image: string) {
  return { metadata: { labels: { app: "shop" } }, spec: { containers: [{ name: "shop", image }] } };
}

async function pass(world: World, count: number): Promise<void> {
  await world.runUntil(later(world.clock.now(), seconds(count)));
}

function statusOf(world: World) {
  return world.get(ref)?.["status"] as {
    readonly phase: string;
    readonly currentStepIndex?: number;
    readonly stableRS: string;
    readonly currentPodHash: string;
    readonly canary?: {
      readonly weights?: { readonly verified?: boolean; readonly canary: { weight: number } };
    };
    readonly alb?: { readonly ingress: string };
    readonly albs?: readonly object[];
  };
}

function reasons(world: World, part: string): readonly string[] {
  return world.events.map(({ note }) => note.reason).filter((reason) => reason.includes(part));
}

async function resume(world: World): Promise<void> {
  const body = { status: { pauseConditions: null } };
  await world.client.patch(ref, { type: "merge", body, subresource: "status" });
}

test("a setWeight step waits until AWS carries the weight, and asks every ten seconds", async () => {
  const aws = new Aws();
  const world = await updating(canary, aws);
  const before = statusOf(world);
  deepEqual([before.currentStepIndex ?? 0, before.canary?.weights?.canary.weight], [0, 25]);
  equal(before.canary?.weights?.verified, false);
  const asked = aws.asked;
  await pass(world, 30);
  equal(aws.asked - asked, 3);
  deepEqual(new Set(reasons(world, "TargetGroup")), new Set(["TargetGroupUnverified"]));
  aws.weight = 25;
  await pass(world, 11);
  const { phase, currentStepIndex, canary: seen, alb, albs } = statusOf(world);
  deepEqual([phase, currentStepIndex, seen?.weights?.verified], ["Paused", 1, true]);
  deepEqual([alb?.ingress, albs?.length], ["shop", 1]);
  deepEqual(reasons(world, "TargetGroupVerified"), ["TargetGroupVerified"]);
  const settled = aws.asked;
  await pass(world, 120);
  equal(aws.asked, settled, "nothing is asked while it pauses");
  deepEqual(world.failures, []);
});

test("nothing is promoted before AWS carries the whole weight, and no error is made of that (trap 55)", async () => {
  const aws = new Aws();
  aws.weight = 25;
  const world = await updating(canary, aws);
  await resume(world);
  await pass(world, 60);
  const waiting = statusOf(world);
  deepEqual([waiting.phase, waiting.stableRS === waiting.currentPodHash], ["Progressing", false]);
  aws.weight = 100;
  await pass(world, 15);
  equal(statusOf(world).phase, "Healthy");
  deepEqual(world.failures, []);
});

test("what AWS refuses is told, and asked again", async () => {
  const aws = new Aws();
  aws.weight = { error: "AccessDenied" };
  const world = await updating(canary, aws);
  const told = world.events.map(({ note }) => `${note.reason}: ${note.message}`);
  equal(told.includes("WeightVerifyError: Failed to verify weight: AccessDenied"), true);
  equal(told.includes("TargetGroupVerifyError: AccessDenied"), true);
  equal(statusOf(world).currentStepIndex ?? 0, 0);
  aws.weight = 25;
  await pass(world, 11);
  equal(statusOf(world).currentStepIndex, 1);
});

test("an abort does not wait for AWS", async () => {
  const aws = new Aws();
  const world = await updating(canary, aws);
  await world.client.patch(ref, { type: "merge", body: { status: { abort: true } }, subresource: "status" });
  await pass(world, 5);
  const { phase, canary: seen } = statusOf(world);
  deepEqual([phase, seen?.weights?.canary.weight], ["Degraded", 0]);
});

test("how often AWS is asked can be chosen (trap T-41)", async () => {
  const aws = new Aws();
  const world = await updating(canary, aws, [], { interval: seconds(2) });
  const asked = aws.asked;
  await pass(world, 20);
  equal(aws.asked - asked, 10);
});

const bindings = [
  object(binding.apiVersion, binding.kind, "b", {
    spec: { targetGroupARN: "arn", targetType: "ip", serviceRef: { name: "shop-stable", port: 80 } },
  }),
  object("v1", "Endpoints", "shop-stable", {
    subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: [{ name: "http", port: 8080 }] }],
  }),
];

test("blue-green is promoted when the pods of the active Service are targets", async () => {
  const aws = new Aws();
  const world = await updating(blueGreen, aws, bindings);
  const waiting = statusOf(world);
  equal(waiting.stableRS === waiting.currentPodHash, false);
  aws.registered = ["10.0.0.1:8080"];
  await pass(world, 11);
  const { phase, stableRS, currentPodHash } = statusOf(world);
  deepEqual([phase, stableRS === currentPodHash], ["Healthy", true]);
});

test("the old pods of a canary go when those of the stable Service are targets", async () => {
  const aws = new Aws();
  aws.weight = 25;
  const world = await updating(canary, aws, bindings);
  aws.weight = 100;
  await resume(world);
  const sizes = () =>
    world
      .list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, "prod")
      .map((set) => (set["spec"] as { replicas: number }).replicas)
      .toSorted();
  await pass(world, 120);
  deepEqual([statusOf(world).phase, ...sizes()], ["Healthy", 2, 2]);
  aws.registered = ["10.0.0.1:8080"];
  await pass(world, 60);
  deepEqual(sizes(), [0, 2]);
  deepEqual(world.failures, []);
});

test("a router beside ALB does not make its weight verified (trap T-22), and what AWS says is kept (T-23)", async () => {
  const aws = new Aws();
  const nginx = { stableIngress: "shop" };
  const trafficRouting = { ...canary.canary.trafficRouting, nginx };
  const world = await updating({ canary: { ...canary.canary, trafficRouting } }, aws);
  const verified = () => statusOf(world).canary?.weights?.verified;
  deepEqual([statusOf(world).currentStepIndex ?? 0, verified()], [0, false]);
  aws.weight = 25;
  await pass(world, 11);
  deepEqual([statusOf(world).currentStepIndex, verified()], [1, true]);
});
