import { label } from "../../../src/api/labels.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import { seconds } from "../../../src/api/time.ts";
import type { Fate } from "../../../src/sim/podFate.ts";
import { name, type Player } from "./player.ts";
import { ingress, route } from "./routed.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Something that users do with a Rollout, from its creation until everything is at rest. */
export interface Scenario {
  readonly name: string;
  readonly objects: readonly KubeObject[];
  /** How many pods are available at all times once they were. */
  readonly floor: number;
  play(user: Player): Promise<void>;
}

/** Where measurements go: `/good` answers 1 and `/bad` 0, as JSON. */
export interface Measured {
  readonly url: string;
}

const api = "argoproj.io/v1alpha1";
const deployment = { apiVersion: "apps/v1", kind: "Deployment" };
const oneMore = { maxSurge: 1, maxUnavailable: 0 };
const short = { pause: { duration: "1s" } };
const quickly = { scaleDownDelaySeconds: 1, abortScaleDownDelaySeconds: 1 };

/** Every scenario; each has a namespace of its own, and they are played at the same time. */
export function scenariosWith(measured: Measured): readonly Scenario[] {
  return [
    basicCanary(),
    nginxCanary(measured),
    gatewayCanary(),
    analysedBlueGreen(measured),
    manualBlueGreen(),
    workload("never"),
    workload("onsuccess"),
    workload("progressively"),
    abandoned(),
    autoscaledCanary(),
    autoscaledBlueGreen(),
  ];
}

/** An update, and one that is aborted at its pause and then tried again. */
function basicCanary(): Scenario {
  const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, short];
  return {
    name: "canary-basic",
    objects: [rollout(4, { canary: { steps, ...oneMore } })],
    floor: 4,
    async play(user) {
      await user.ends("Healthy");
      await letThrough(user, "web:2");
      await abortedAndRetried(user, "web:3");
    },
  };
}

/** An update with an analysis as a step, and one that its background analysis aborts. */
function nginxCanary(measured: Measured): Scenario {
  const canary = {
    stableService: "stable",
    canaryService: "canary",
    trafficRouting: { nginx: { stableIngress: name } },
    steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, analysis("good"), { setWeight: 75 }, short],
    ...quickly,
  };
  const bad = { op: "add", path: "/spec/strategy/canary/steps/3", value: analysis("bad") };
  return {
    name: "canary-nginx",
    objects: [...services("stable", "canary"), ...templates(measured), ingressTo(), rollout(4, { canary })],
    floor: 4,
    async play(user) {
      await user.ends("Healthy");
      await letThrough(user, "web:2");
      await user.patch({ apiVersion: api, kind: "Rollout", name }, { type: "json", body: [bad] });
      await user.ends("Healthy");
      await user.image("web:3");
      await user.phase("Paused");
      await user.promote();
      await user.ends("Degraded");
    },
  };
}

/** A stable version that shrinks while traffic leaves it, and a way back in the middle. */
function gatewayCanary(): Scenario {
  const canary = {
    stableService: "stable",
    canaryService: "canary",
    dynamicStableScale: true,
    trafficRouting: { plugins: { "argoproj-labs/gatewayAPI": { httpRoute: name } } },
    steps: [{ setWeight: 20 }, short, { setWeight: 60 }, { pause: {} }, { setWeight: 80 }, short],
  };
  return {
    name: "canary-gateway",
    objects: [...services("stable", "canary"), routeTo(), rollout(5, { canary })],
    floor: 5,
    async play(user) {
      await user.ends("Healthy");
      await user.image("web:2");
      await user.phase("Paused", ({ status }) => status.currentStepIndex === 3);
      await user.promote();
      await user.ends("Healthy");
      await user.image("web:3");
      await user.phase("Paused", ({ status }) => status.currentStepIndex === 3);
      await user.image("web:2");
      await user.ends("Healthy");
    },
  };
}

/** Analyses before and after the switch, which comes by itself; then one that is bad before the switch. */
function analysedBlueGreen(measured: Measured): Scenario {
  const blueGreen = {
    activeService: "active",
    previewService: "preview",
    autoPromotionSeconds: 2,
    prePromotionAnalysis: { templates: [{ templateName: "good" }] },
    postPromotionAnalysis: { templates: [{ templateName: "good" }] },
    ...quickly,
  };
  const bad = { prePromotionAnalysis: { templates: [{ templateName: "bad" }] } };
  return {
    name: "blue-green-analysed",
    objects: [...services("active", "preview"), ...templates(measured), rollout(3, { blueGreen })],
    floor: 3,
    async play(user) {
      await user.ends("Healthy");
      await user.image("web:2");
      await user.ends("Healthy");
      const body = { spec: { strategy: { blueGreen: bad } } };
      await user.patch({ apiVersion: api, kind: "Rollout", name }, { type: "merge", body });
      await user.ends("Healthy");
      await user.image("web:3");
      await user.ends("Degraded");
    },
  };
}

/** A small preview that a person promotes, and one that is aborted and tried again. */
function manualBlueGreen(): Scenario {
  const blueGreen = {
    activeService: "active",
    previewService: "preview",
    autoPromotionEnabled: false,
    previewReplicaCount: 1,
    ...quickly,
  };
  return {
    name: "blue-green-manual",
    objects: [...services("active", "preview"), rollout(3, { blueGreen })],
    floor: 3,
    async play(user) {
      await user.ends("Healthy");
      await letThrough(user, "web:2");
      await abortedAndRetried(user, "web:3");
    },
  };
}

/** Takes over from a Deployment in one of three ways, then updates it. */
function workload(scaleDown: "never" | "onsuccess" | "progressively"): Scenario {
  return {
    name: `workload-${scaleDown}`,
    objects: [legacy(3), adopting(3, scaleDown)],
    floor: 3,
    async play(user) {
      await user.ends("Healthy");
      await legacyHas(user, scaleDown === "never" ? 3 : 0);
      await letThrough(user, "web:2", deployment);
    },
  };
}

/**
 * Half the pods of a Deployment have been replaced when the Rollout is deleted; the others never get ready
 * (see `halfReady`).
 */
function abandoned(): Scenario {
  return {
    name: "workload-abandoned",
    objects: [legacy(4), adopting(4, "progressively")],
    floor: 4,
    async play(user) {
      await legacyHas(user, 2);
      await user.delete({ apiVersion: api, kind: "Rollout", name });
      await legacyHas(user, 4);
      await user.until("the end of the Rollout", ({ rollout, sets }) => !rollout && sets.length === 0);
    },
  };
}

/** An autoscaler changes its mind while the canary is held, and again later. */
function autoscaledCanary(): Scenario {
  const canary = {
    stableService: "stable",
    canaryService: "canary",
    trafficRouting: { nginx: { stableIngress: name } },
    steps: [{ setWeight: 50 }, { pause: {} }, { setWeight: 75 }, { pause: {} }],
    ...quickly,
  };
  return {
    name: "autoscaled-canary",
    objects: [...services("stable", "canary"), ingressTo(), rollout(3, { canary })],
    floor: 3,
    async play(user) {
      await user.ends("Healthy");
      await user.image("web:2");
      await user.phase("Paused");
      await user.scale(6);
      await user.phase("Paused", ({ status }) => status.HPAReplicas === 9 && status.availableReplicas === 9);
      await user.promote();
      await user.phase("Paused", ({ status }) => status.currentStepIndex === 3);
      await user.scale(4);
      await user.phase("Paused", ({ status }) => status.HPAReplicas === 7);
      await user.promote();
      await user.ends("Healthy");
    },
  };
}

/** An autoscaler changes its mind while the preview waits for a person. */
function autoscaledBlueGreen(): Scenario {
  const blueGreen = {
    activeService: "active",
    previewService: "preview",
    autoPromotionEnabled: false,
    ...quickly,
  };
  return {
    name: "autoscaled-blue-green",
    objects: [...services("active", "preview"), rollout(2, { blueGreen })],
    floor: 2,
    async play(user) {
      await user.ends("Healthy");
      await user.image("web:2");
      await user.phase("Paused");
      await user.scale(4);
      await user.phase("Paused", ({ status, newest }) => status.HPAReplicas === 4 && newest?.available === 4);
      await user.promote();
      await user.ends("Healthy");
      await user.scale(3);
      await user.ends("Healthy");
    },
  };
}

/** A version goes out, and a person lets it go on at its pause. */
async function letThrough(user: Player, image: string, workload?: typeof deployment): Promise<void> {
  await user.image(image, workload);
  await user.phase("Paused");
  await user.promote();
  await user.ends("Healthy");
}

/** A version is aborted at its pause, then tried again and let go on. */
async function abortedAndRetried(user: Player, image: string): Promise<void> {
  await user.image(image);
  await user.phase("Paused");
  await user.status({ abort: true });
  await user.ends("Degraded");
  await user.status({ abort: false });
  await user.phase("Paused");
  await user.promote();
  await user.ends("Healthy");
}

/** Waits until the Deployment has so many pods, all of them available. */
async function legacyHas(user: Player, replicas: number): Promise<void> {
  await user.sees(`a Deployment of ${replicas}`, { ...deployment, name }, ({ spec, status }) => {
    const { replicas: pods = 0, availableReplicas = 0 } = (status ?? {}) as Counts;
    return [(spec as Counts).replicas, pods, availableReplicas].every((count) => count === replicas);
  });
}

interface Counts {
  readonly replicas?: number;
  readonly availableReplicas?: number;
}

function pods(image: string): Fields {
  const containers = [{ name: "web", image, ports: [{ containerPort: 8080 }] }];
  return { metadata: { labels: { app: name } }, spec: { containers } };
}

function rollout(replicas: number, strategy: Fields): KubeObject {
  const selector = { matchLabels: { app: name } };
  return {
    apiVersion: api,
    kind: "Rollout",
    metadata: { name },
    spec: { replicas, selector, template: pods("web:1"), strategy },
  };
}

function legacy(replicas: number): KubeObject {
  const selector = { matchLabels: { app: name } };
  return { ...deployment, metadata: { name }, spec: { replicas, selector, template: pods("web:1") } };
}

function adopting(replicas: number, scaleDown: string): KubeObject {
  const canary = { steps: [{ setWeight: 34 }, { pause: {} }], ...oneMore };
  const workloadRef = { ...deployment, name, scaleDown };
  return {
    apiVersion: api,
    kind: "Rollout",
    metadata: { name },
    spec: { replicas, workloadRef, strategy: { canary } },
  };
}

function services(...names: readonly string[]): readonly KubeObject[] {
  return names.map((service) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: service },
    spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }] },
  }));
}

/** The objects of the seed story, for the names of these. */
function renamed(object: KubeObject): KubeObject {
  const text = JSON.stringify(object)
    .replaceAll("my-api-stable", "stable")
    .replaceAll("my-api-canary", "canary");
  return { ...(JSON.parse(text) as KubeObject), metadata: { name } };
}

const ingressTo = () => renamed(ingress);
const routeTo = () => renamed(route);

function analysis(templateName: string): Fields {
  return { analysis: { templates: [{ templateName }] } };
}

function templates({ url }: Measured): readonly KubeObject[] {
  return ["good", "bad"].map((word) => ({
    apiVersion: api,
    kind: "AnalysisTemplate",
    metadata: { name: word },
    spec: {
      metrics: [
        {
          name: "answers",
          interval: "1s",
          count: 2,
          successCondition: "result == 1",
          provider: { web: { url: `${url}/${word}`, jsonPath: "{$.value}" } },
        },
      ],
    },
  }));
}

/** The fate of the pods of the Rollout that is deleted midway: the first two of them get ready, no other. */
export function halfReady(): (pod: KubeObject) => Fate | undefined {
  const ready = new Map<string, Set<string>>();
  return ({ metadata: { namespace = "", labels, uid = "" } }) => {
    if (!namespace.endsWith("workload-abandoned") || labels?.[label.podHash] === undefined) return undefined;
    const chosen = ready.get(namespace) ?? new Set();
    ready.set(namespace, chosen);
    if (chosen.size < 2) chosen.add(uid);
    return chosen.has(uid) ? { is: "ready", after: seconds(0.5) } : { is: "unready" };
  };
}
