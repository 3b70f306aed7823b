import { readFile } from "node:fs/promises";
import { AnalysisTemplateSpec } from "../api/analysis.ts";
import type { KubeObject } from "../api/object.ts";
import { objectsIn } from "../cli/manifests.ts";
import type { Pace } from "./pace.ts";

/** What the seed manifest is played with. */
export interface Patching {
  readonly pace: Pace;
  /** Where the Prometheus query API is. */
  readonly address: string;
  /** Whether an HTTPRoute splits the traffic; else the weight is the share of pods. */
  readonly routed: boolean;
}

/** The objects of the demo, and how the seed manifest was changed for it. */
export interface Patched {
  readonly objects: readonly KubeObject[];
  /** One line for each change: `duration: 5m → 4s (3 times)`. */
  readonly shown: readonly string[];
  /** The query that the analysis asks. */
  readonly query: string;
}

/** The namespace of everything in the demo. */
export const namespace = "production";

/** The Rollout of the demo. */
export const rolloutRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "my-api" };

/** The seed manifest with its two Services, patched to be played in seconds. */
export async function manifests(patching: Patching): Promise<Patched> {
  const seed = await fileBeside("seed.yaml");
  const { text, shown } = patched(seed, changesFor(patching));
  const route = patching.routed ? objectsIn(await fileBeside("route.yaml"), "route.yaml") : [];
  const objects = [...route, ...objectsIn(text, "seed.yaml")].map(placed);
  return { objects, shown, query: queryIn(objects) };
}

/** One change of a text: everywhere that it is found. */
interface Change {
  readonly from: string;
  readonly to: string;
  readonly shown: string;
}

function changesFor({ pace, address, routed }: Patching): readonly Change[] {
  const usual = "http://prometheus.monitoring:9090";
  const changes = [
    { from: "duration: 5m", to: `duration: ${pace.pause}`, shown: `pause 5m → ${pace.pause}` },
    { from: "interval: 60s", to: `interval: ${pace.interval}`, shown: `interval 60s → ${pace.interval}` },
    { from: "[5m]", to: `[${pace.range}]`, shown: `range [5m] → [${pace.range}]` },
    { from: usual, to: address, shown: `address → ${address}` },
  ];
  const plugin = `{ plugins: { argoproj-labs/gatewayAPI: { httpRoute: my-api, namespace: ${namespace} } } }`;
  const service = "stableService: my-api-stable";
  const routing = {
    from: service,
    to: `${service}\n      trafficRouting: ${plugin}`,
    shown: "+ trafficRouting: HTTPRoute my-api of the Gateway API",
  };
  return routed ? [...changes, routing] : changes;
}

function patched(seed: string, changes: readonly Change[]): { text: string; shown: readonly string[] } {
  let text = seed;
  const shown = changes.map(({ from, to, shown: line }) => {
    const times = text.split(from).length - 1;
    if (times === 0) throw new Error(`the seed manifest has no ${from}`);
    text = text.replaceAll(from, to);
    return times === 1 ? line : `${line} (${times} times)`;
  });
  return { text, shown };
}

function placed(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace } };
}

function queryIn(objects: readonly KubeObject[]): string {
  const template = objects.find(({ kind }) => kind === "AnalysisTemplate");
  const spec = AnalysisTemplateSpec.parse(template?.["spec"]);
  return spec.metrics?.[0]?.provider?.prometheus?.query ?? "";
}

function fileBeside(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8");
}
