import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { type KubeObject, type ObjectRef, refOf } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { prepareDefinitions } from "../../src/sim/definitions.ts";
import { looseDefinition } from "../../src/sim/looseKinds.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { fatesByImage } from "../../src/sim/pods.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";
import { fieldsIn, listIn } from "../../src/traffic/fields.ts";
import { families } from "../traffic/families.ts";
import { object } from "../traffic/support.ts";

const ref: ObjectRef = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  namespace: "prod",
  name: "shop",
};
const traefikService = {
  apiVersion: "traefik.io/v1alpha1",
  kind: "TraefikService",
  namespace: "prod",
  name: "shop",
};
const virtualService = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "VirtualService",
  namespace: "prod",
  name: "shop",
};
const apisixRoute = {
  apiVersion: "apisix.apache.org/v2",
  kind: "ApisixRoute",
  namespace: "prod",
  name: "shop",
};
const replicaSets = { apiVersion: "apps/v1", kind: "ReplicaSet" };
const traefik = { traefik: { weightedTraefikServiceName: "shop" } };
const istio = { istio: { virtualService: { name: "shop" } }, managedRoutes: [{ name: "beta" }] };
const beta = { name: "beta", match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] };
const objects = ["traefik", "istio by Service", "apisix"].flatMap(
  (name) => families.find((one) => one.name === name)?.objects ?? [],
);
const definitions = [...ourDefinitions(), ...prepareDefinitions(objects.map(looseDefinition))];

/** A Rollout with a router, and what its objects said one after the other. */
class Story {
  readonly world: World;
  /** The weights of the canary, each once until it changes. */
  readonly weights: number[] = [];
  fails = false;

  constructor(ready: number, disturb?: WorldOptions["disturb"]) {
    this.world = new World({
      definitions,
      pods: { fate: fatesByImage(new Map(), seconds(ready)) },
      measure: async () => ({ is: "error", message: "nothing is measured" }),
      disturb: (world, client, source) => {
        const ways = disturb?.(world, client, source) ?? { client, source };
        const patch: typeof client.patch = async (target, request) => {
          if (this.fails && target.kind === "TraefikService")
            throw new ApiError(404, "NotFound", "it is gone");
          const answer = await ways.client.patch(target, request);
          this.#note();
          return answer;
        };
        return { ...ways, client: { ...ways.client, patch } };
      },
    });
  }

  #note(): void {
    const weight = this.weight;
    if (weight !== undefined && this.weights.at(-1) !== weight) this.weights.push(weight);
  }

  get weight(): number | undefined {
    const services = listIn(this.world.get(traefikService), "spec", "weighted", "services");
    return services.find((one) => one["name"] === "shop-canary")?.["weight"] as number | undefined;
  }

  get routes(): readonly unknown[] {
    return listIn(this.world.get(virtualService), "spec", "http").map((route) => route["name"]);
  }

  get status() {
    return (this.world.get(ref)?.["status"] ?? {}) as {
      readonly phase?: string;
      readonly message?: string;
      readonly currentStepIndex?: number;
      readonly canary?: { readonly weights?: { readonly canary: { readonly weight: number } } };
    };
  }

  /** The sizes of the ReplicaSets, oldest first. */
  get sizes(): readonly number[] {
    return this.world
      .list(replicaSets, "prod")
      .toSorted((one, other) => Number(revision(one)) - Number(revision(other)))
      .map((set) => (set["spec"] as { replicas: number }).replicas);
  }

  async pass(count: number): Promise<void> {
    await this.world.runUntil(later(this.world.clock.now(), seconds(count)));
  }

  async spec(spec: object, count = 20): Promise<void> {
    await this.world.client.patch(ref, { type: "merge", body: { spec } });
    await this.pass(count);
  }

  image(image: string, count = 20): Promise<void> {
    return this.spec({ template: { spec: { containers: [{ name: "shop", image }] } } }, count);
  }

  async says(status: object, count = 20): Promise<void> {
    await this.world.client.patch(ref, { type: "merge", body: { status }, subresource: "status" });
    await this.pass(count);
  }

  resume(count = 20): Promise<void> {
    return this.says({ pauseConditions: null }, count);
  }
}

function revision({ metadata }: KubeObject): string {
  return metadata.annotations?.["rollout.argoproj.io/revision"] ?? "";
}

/** A Rollout that has just been made. */
async function born(
  canary: object,
  replicas = 4,
  ready = 1,
  disturb?: WorldOptions["disturb"],
): Promise<Story> {
  const story = new Story(ready, disturb);
  const services = ["shop-stable", "shop-canary"].map((name) =>
    object("v1", "Service", name, { spec: { selector: { app: "shop" }, ports: [{ port: 80 }] } }),
  );
  const template = {
    metadata: { labels: { app: "shop" } },
    spec: { containers: [{ name: "shop", image: "shop:1" }] },
  };
  const both = { stableService: "shop-stable", canaryService: "shop-canary", trafficRouting: traefik };
  const strategy = { canary: { ...both, ...canary } };
  const spec = { replicas, selector: { matchLabels: { app: "shop" } }, template, strategy };
  for (const one of [...services, ...objects, object(ref.apiVersion, ref.kind, ref.name, { spec })])
    await story.world.client.create(one);
  return story;
}

/** A Rollout that is healthy, and an update of it that has gone on for some time. */
async function updated(canary: object, replicas = 4): Promise<Story> {
  const story = await born(canary, replicas);
  await story.pass(10);
  story.weights.length = 0;
  await story.image("shop:2");
  return story;
}

const pause = { pause: {} };
const stories: [trap: string, tell: () => Promise<void>][] = [
  [
    "T-1 without steps the router never sees the whole",
    async () => {
      const story = await updated({ steps: [] });
      deepEqual([story.status.phase, story.weights], ["Healthy", [0]]);
    },
  ],
  [
    "T-2 nothing is written before the first version is there",
    async () => {
      const story = await born({ steps: [] }, 2, 30);
      await story.pass(20);
      deepEqual([story.weights, story.weight], [[], undefined]);
      await story.pass(20);
      deepEqual(story.weights, [0]);
    },
  ],
  [
    "T-3 nothing is put right while a stable pod is missing",
    async () => {
      const story = await born({ steps: [] });
      await story.pass(10);
      const [pod] = story.world.list({ apiVersion: "v1", kind: "Pod" }, "prod");
      if (pod !== undefined) await story.world.client.delete(refOf(pod));
      const services = [
        { name: "shop-stable", weight: 1 },
        { name: "shop-canary", weight: 9 },
      ];
      const body = { spec: { weighted: { services } } };
      await story.world.client.patch(traefikService, { type: "merge", body });
      await story.pass(0.5);
      equal(story.weight, 9);
      await story.pass(5);
      equal(story.weight, 0);
    },
  ],
  [
    "T-4 a first version has no header route",
    async () => {
      const story = await born({ trafficRouting: istio, steps: [{ setHeaderRoute: beta }, pause] });
      await story.pass(10);
      deepEqual(story.routes, [undefined]);
    },
  ],
  [
    "T-5 an abort at a header route takes it away, and it stays away",
    async () => {
      const story = await updated({ trafficRouting: istio, steps: [{ setHeaderRoute: beta }, pause] });
      await story.says({ abort: true }, 0);
      deepEqual(story.routes, [undefined]);
      await story.pass(60);
      deepEqual(story.routes, [undefined]);
    },
  ],
  [
    "T-7 the weight moves when the pods for it are there",
    async () => {
      const story = await updated({ steps: [{ setWeight: 20 }, pause, { setWeight: 60 }, pause] }, 5);
      await story.resume(0);
      deepEqual([story.weight, story.sizes], [20, [5, 3]]);
      await story.pass(5);
      deepEqual(story.weights, [0, 20, 60]);
    },
  ],
  [
    "T-8 a scale without weight has pods and no traffic",
    async () => {
      const story = await updated({ steps: [{ setCanaryScale: { replicas: 5 } }, pause] });
      deepEqual([story.weight, story.sizes], [0, [4, 5]]);
    },
  ],
  [
    "T-9 a scale and another weight",
    async () => {
      const story = await updated({ steps: [{ setCanaryScale: { weight: 50 } }, { setWeight: 10 }, pause] });
      deepEqual([story.weight, story.sizes], [10, [4, 2]]);
    },
  ],
  [
    "T-10 one percent of one pod is one",
    async () => {
      const story = await updated({ steps: [{ setWeight: 1 }, pause] }, 1);
      deepEqual([story.weight, story.sizes], [1, [1, 1]]);
    },
  ],
  [
    "T-13 a very large maximum",
    async () => {
      const nginx = { nginx: { stableIngress: "shop" }, maxTrafficWeight: 100_000_000 };
      const story = await born({ trafficRouting: nginx, steps: [{ setWeight: 50_000_000 }, pause] }, 30);
      const ingress = families.find((one) => one.name === "nginx")?.objects[0];
      if (ingress !== undefined) await story.world.client.create(ingress);
      await story.pass(30);
      await story.image("shop:2");
      deepEqual(story.sizes, [30, 15]);
    },
  ],
  [
    "T-14 a full promotion keeps the weight until the version is stable",
    async () => {
      const story = await updated({ steps: [{ setWeight: 20 }, pause] }, 5);
      await story.says({ promoteFull: true });
      deepEqual([story.status.phase, story.weights], ["Healthy", [0, 20, 0]]);
    },
  ],
  [
    "T-15 another size midway leaves the weight alone",
    async () => {
      const story = await updated({ steps: [{ setWeight: 25 }, pause] });
      await story.spec({ replicas: 8 });
      deepEqual([story.weights, story.sizes, story.status.currentStepIndex], [[0, 25], [8, 2], 1]);
    },
  ],
  [
    "T-16 going back to the stable template takes weight and header routes away at once",
    async () => {
      const story = await updated({
        trafficRouting: { ...traefik, ...istio },
        steps: [{ setWeight: 25 }, { setHeaderRoute: beta }, pause],
      });
      deepEqual([story.weight, story.routes], [25, ["beta", undefined]]);
      await story.image("shop:1", 2);
      deepEqual([story.weight, story.routes, story.status.phase], [0, [undefined], "Healthy"]);
    },
  ],
  [
    "T-17 back to a dynamic stable version: the weight falls as it grows",
    async () => {
      const story = await updated({ dynamicStableScale: true, steps: [{ setWeight: 80 }, pause] }, 10);
      deepEqual([story.weight, story.sizes], [80, [2, 8]]);
      await story.image("shop:1", 0);
      deepEqual([story.weight, canaryHash(story) === stableHash(story)], [80, false]);
      await story.pass(60);
      deepEqual([story.weight, story.sizes.toSorted(), story.status.phase], [0, [0, 10], "Healthy"]);
    },
  ],
  [
    "T-18 an abort of a dynamic stable version with a delay ends",
    async () => {
      const steps = [{ setWeight: 20 }, { setWeight: 80 }, pause];
      const story = await updated({ dynamicStableScale: true, abortScaleDownDelaySeconds: 120, steps }, 10);
      await story.says({ abort: true }, 60);
      deepEqual([story.weight, story.sizes[0]], [0, 10]);
      await story.pass(180);
      deepEqual(story.sizes, [10, 0]);
    },
  ],
  [
    "T-21 a router that fails holds back those after it",
    async () => {
      const both = { ...traefik, apisix: { route: { name: "shop" } } };
      const story = await born({ trafficRouting: both, steps: [] });
      const body = { spec: { weighted: { services: [{ name: "shop-stable" }] } } };
      await story.world.client.patch(traefikService, { type: "merge", body });
      const before = story.world.get(apisixRoute);
      await story.pass(20);
      const said = story.world.events.map(({ note }) => `${note.type} ${note.reason}: ${note.message}`);
      equal(said.includes("Warning TrafficRoutingError: traefik canary service was not found"), true);
      deepEqual(story.world.get(apisixRoute), before);
    },
  ],
  [
    "T-25 the event when only the hash changes ends with a blank",
    async () => {
      const story = await updated({ steps: [pause] });
      const said = story.world.events.map(({ note }) => note.message);
      equal(said.includes("Traffic weight updated "), true);
    },
  ],
  [
    "T-26 one step scales and sets a header route",
    async () => {
      const step = { setCanaryScale: { replicas: 2 }, setHeaderRoute: beta };
      const story = await updated({ trafficRouting: istio, steps: [step, pause] });
      deepEqual([story.routes, story.sizes, story.status.currentStepIndex], [["beta", undefined], [4, 2], 1]);
    },
  ],
  [
    "T-27 other steps midway begin anew, with their weight",
    async () => {
      const story = await updated({ steps: [{ setWeight: 50 }, pause] });
      await story.spec({ strategy: { canary: { steps: [{ setWeight: 25 }, pause] } } });
      deepEqual([story.weight, story.status.currentStepIndex], [25, 1]);
    },
  ],
  [
    "T-28 a VirtualService that is deleted midway makes the spec invalid until it is there again",
    async () => {
      const story = await updated({ trafficRouting: istio, steps: [{ setWeight: 25 }, pause] });
      const kept = story.world.get(virtualService);
      await story.world.client.delete(virtualService);
      await story.pass(25);
      equal(story.status.phase, "Degraded");
      match(story.status.message ?? "", /^InvalidSpec: .*VirtualService `shop` not found/);
      const {
        resourceVersion: _v,
        uid: _u,
        creationTimestamp: _c,
        ...metadata
      } = kept?.metadata ?? { name: "shop" };
      await story.world.client.create({ ...virtualService, ...kept, metadata });
      await story.pass(25);
      equal(story.status.phase, "Paused");
    },
  ],
  [
    "T-29 an object that vanishes before the write is tried again",
    async () => {
      const story = await updated({ steps: [pause, { setWeight: 25 }, pause] });
      story.fails = true;
      await story.resume();
      const reasons = story.world.events.map(({ note }) => note.reason);
      deepEqual(
        ["TraefikServiceUpdateError", "TrafficRoutingError"].map((reason) => reasons.includes(reason)),
        [true, true],
      );
      deepEqual([story.weight, story.status.currentStepIndex], [0, 1]);
      story.fails = false;
      await story.pass(15);
      deepEqual([story.weight, story.status.currentStepIndex], [25, 2]);
    },
  ],
  [
    "T-34 an Ingress wakes its Rollout whatever its class",
    async () => {
      const nginx = { nginx: { stableIngress: "shop" } };
      const [ingress] = families.find(({ name }) => name === "nginx")?.objects ?? [];
      const story = await born({ trafficRouting: nginx, steps: [] });
      const spec = { ...fieldsIn(ingress, "spec"), ingressClassName: "nginx-internal" };
      await story.world.client.create({
        ...ingress,
        ...object("networking.k8s.io/v1", "Ingress", "shop", { spec }),
      });
      await story.pass(2);
      equal(story.status.phase, "Healthy");
    },
  ],
  [
    "T-65 a Service that another Rollout manages is refused",
    async () => {
      const story = await born({ steps: [] });
      const annotations = { "argo-rollouts.argoproj.io/managed-by-rollouts": "other" };
      await story.world.client.patch(serviceRef("shop-stable"), {
        type: "merge",
        body: { metadata: { annotations } },
      });
      await story.pass(10);
      match(story.status.message ?? "", /Service "shop-stable" is managed by another Rollout/);
    },
  ],
  [
    "T-66 a Rollout that is deleted gives its Services back",
    async () => {
      const story = await updated({ steps: [{ setWeight: 25 }, pause] });
      await story.world.client.delete(ref);
      await story.pass(30);
      for (const { metadata, spec } of story.world.list(
        { apiVersion: "v1", kind: "Service" },
        "prod",
      ) as readonly (KubeObject & { spec: { selector: object } })[]) {
        deepEqual([spec.selector, metadata.annotations ?? {}], [{ app: "shop" }, {}]);
      }
    },
  ],
  [
    "T-70 an abort turns the canary Service back to stable",
    async () => {
      const story = await updated({ steps: [{ setWeight: 25 }, pause] });
      equal(canaryHash(story) === stableHash(story), false);
      await story.says({ abort: true }, 2);
      equal(canaryHash(story), stableHash(story));
    },
  ],
  [
    "T-67 a Service that selects a hash and says nothing of a Rollout is left alone",
    async () => {
      const story = await updated({ steps: [{ setWeight: 25 }, pause] });
      const annotations = { "argo-rollouts.argoproj.io/managed-by-rollouts": null };
      story.world.endController();
      await story.world.client.patch(serviceRef("shop-canary"), {
        type: "merge",
        body: { metadata: { annotations } },
      });
      await story.world.client.delete(ref);
      story.world.startController();
      await story.pass(30);
      deepEqual([canaryHash(story) === undefined, stableHash(story)], [false, undefined]);
    },
  ],
  [
    "T-69 after the promotion both Services select the version",
    async () => {
      const story = await updated({ steps: [{ setWeight: 25 }] });
      deepEqual([story.status.phase, canaryHash(story) === stableHash(story)], ["Healthy", true]);
    },
  ],
];

function serviceRef(name: string): ObjectRef {
  return { apiVersion: "v1", kind: "Service", namespace: "prod", name };
}

/** The pods that a Service selects. */
function selected(story: Story, name: string): unknown {
  return fieldsIn(story.world.get(serviceRef(name)), "spec", "selector")["rollouts-pod-template-hash"];
}

const canaryHash = (story: Story) => selected(story, "shop-canary");
const stableHash = (story: Story) => selected(story, "shop-stable");

for (const [trap, tell] of stories) test(`routing ${trap}`, tell);
