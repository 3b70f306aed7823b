import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../../src/api/object.ts";
import { type Cluster, ingressRef, namespace, rolloutRef } from "../cluster.ts";
import { each, within } from "../concurrency.ts";
import type { Finding } from "../finding.ts";
import { median } from "../median.ts";
import { type Judge, startJudge } from "../prometheus.ts";
import { names, template } from "../rollouts.ts";

/** How many Rollouts go bad, one after the other. */
const count = 12;
const weight = 50;

/**
 * How long it takes from a bad measurement, as the metrics server has answered it, to canary weight 0 on
 * nginx.
 */
export async function measureReaction(cluster: Cluster): Promise<readonly Finding[]> {
  const which = names("reaction", count);
  const judge = await startJudge();
  try {
    await each(which, async (name) => {
      for (const object of objectsOf(name, judge.url)) await cluster.client.create(object);
    });
    await Promise.all(which.map((name) => whenPhase(cluster, name, "Healthy")));
    const body = { spec: { template: template("", 2) } };
    const canaries = which.map((name) => whenWeight(cluster, name, weight));
    await each(which, async (name) => {
      body.spec.template = template(name, 2);
      const ref = { ...rolloutRef, namespace, name };
      await cluster.client.patch(ref, { type: "merge", body: structuredClone(body) });
    });
    await Promise.all(canaries);
    await sleep(2_000);
    const taken: number[] = [];
    for (const name of which) taken.push(await reactionOf(cluster, judge, name));
    return [
      {
        row: "reaction",
        value: median(taken),
        details: { least: Math.min(...taken), most: Math.max(...taken) },
      },
    ];
  } finally {
    await judge.stop();
  }
}

async function reactionOf(cluster: Cluster, judge: Judge, name: string): Promise<number> {
  const gone = whenWeight(cluster, name, 0);
  const told = await within(30, judge.condemn(name), () => `nobody asked about ${name}`);
  const seen = await gone;
  return seen - told;
}

/** Resolves to the moment (`performance.now`) at which the canary Ingress carries the weight. */
function whenWeight({ cache }: Cluster, name: string, wanted: number): Promise<number> {
  const annotation = "nginx.ingress.kubernetes.io/canary-weight";
  const { promise, resolve } = Promise.withResolvers<number>();
  const unsubscribe = cache.subscribe(ingressRef, (_, __, next) => {
    if (next?.metadata.name !== `${name}-${name}-canary`) return;
    if (next.metadata.annotations?.[annotation] === String(wanted)) resolve(performance.now());
  });
  return within(60, promise, () => `${name} has no canary weight of ${wanted}`).finally(unsubscribe);
}

function whenPhase({ cache }: Cluster, name: string, wanted: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (object: KubeObject | undefined): void => {
    const { phase } = (object?.["status"] ?? {}) as { phase?: string };
    if (object?.metadata.name === name && phase === wanted) resolve();
  };
  const unsubscribe = cache.subscribe(rolloutRef, (_, __, next) => look(next));
  look(cache.get({ ...rolloutRef, namespace, name }));
  return within(60, promise, () => `${name} is not ${wanted}`).finally(unsubscribe);
}

function objectsOf(name: string, address: string): readonly KubeObject[] {
  const metadata = { namespace, name };
  return [
    ...["stable", "canary"].map((role) => serviceOf(name, role)),
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AnalysisTemplate",
      metadata,
      spec: {
        metrics: [
          {
            name: "quality",
            interval: "1s",
            successCondition: "result[0] > 0.95",
            provider: { prometheus: { address, query: `quality{rollout="${name}"}` } },
          },
        ],
      },
    },
    {
      ...ingressRef,
      metadata,
      spec: {
        ingressClassName: "nginx",
        rules: [{ host: `${name}.example.com`, http: { paths: [pathTo(`${name}-stable`)] } }],
      },
    },
    {
      ...rolloutRef,
      metadata,
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: name } },
        template: template(name, 1),
        strategy: {
          canary: {
            stableService: `${name}-stable`,
            canaryService: `${name}-canary`,
            trafficRouting: { nginx: { stableIngress: name } },
            analysis: { templates: [{ templateName: name }] },
            steps: [{ setWeight: weight }, { pause: {} }],
          },
        },
      },
    },
  ];
}

function serviceOf(name: string, role: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name: `${name}-${role}` },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  };
}

function pathTo(service: string): object {
  return { path: "/", pathType: "Prefix", backend: { service: { name: service, port: { number: 80 } } } };
}
