import type { Json } from "../api/json.ts";
import type { KubeObject, ObjectRef } from "../api/object.ts";
import { refOf } from "../api/object.ts";
import { internal, Problem } from "../api/problem.ts";
import { NginxRouting } from "../api/trafficRouting.ts";
import { mergePatch } from "../reconcile/diff.ts";
import type { Effect } from "../reconcile/effect.ts";
import { fieldsIn, listIn, numberIn } from "./fields.ts";
import {
  checkIngress,
  ingressKind,
  missingIngress,
  namesOf,
  pathsOf,
  routingPath,
  serviceOf,
  usesService,
  withPaths,
} from "./ingress.ts";
import { isOurs, ownerOf } from "./mark.ts";
import type { Router, Wanted } from "./router.ts";
import { highest } from "./shares.ts";

const classAnnotation = "kubernetes.io/ingress.class";

/** The nginx ingress controller: a second Ingress beside each stable one, which carries the weight (2.1). */
export const nginx: Router<NginxRouting> = {
  config: NginxRouting,
  can: {
    header: false,
    mirror: false,
    experiment: false,
    verify: false,
    tcp: false,
    maxWeight: true,
    pingPong: false,
  },
  kinds: () => [ingressKind],
  objects: (config, { namespace, name }) =>
    stableNames(config).flatMap((stable): ObjectRef[] => [
      { ...ingressKind, namespace, name: stable },
      { ...ingressKind, namespace, name: canaryName(name, stable) },
    ]),
  route: (config, objects, wanted) =>
    pairs(config, objects).flatMap(({ name, stable, canary }) => {
      if (stable === undefined) {
        throw new Problem(`error retrieving stableIngress \`${name}\` from cache: ${missingIngress(name)}`);
      }
      return written(canaryOf(config, stable, wanted), canary, wanted);
    }),
  carries: (config, objects, wanted) =>
    highest(pairs(config, objects).map(({ canary }) => weightOf(config, canary, wanted))),
  check(config, objects, { stableService }) {
    const { stableIngress = "", stableIngresses = [] } = config;
    if ((stableIngress === "") === (stableIngresses.length === 0)) {
      const which = stableIngress === "" ? "Neither are" : "Both are";
      const detail = `Either StableIngress or StableIngresses must be configured. ${which} configured.`;
      throw internal(`${routingPath}.nginx`, detail);
    }
    const path = `${routingPath}.nginx.${stableIngress === "" ? "StableIngresses" : "stableIngress"}`;
    for (const { name, stable } of pairs(config, objects)) checkIngress(path, name, stable, stableService);
  },
  clean: (config, objects, wanted) =>
    pairs(config, objects).flatMap(({ canary }): Effect[] => {
      if (canary === undefined || !isOurs(canary, wanted)) return [];
      return [{ do: "delete", ref: refOf(canary), why: "this canary Ingress is not used any more" }];
    }),
};

interface Pair {
  readonly name: string;
  readonly stable: KubeObject | undefined;
  readonly canary: KubeObject | undefined;
}

function stableNames({ stableIngress, stableIngresses }: NginxRouting): readonly string[] {
  return namesOf(stableIngress, stableIngresses);
}

function pairs(config: NginxRouting, objects: readonly (KubeObject | undefined)[]): readonly Pair[] {
  return stableNames(config).map((name, index) => ({
    name,
    stable: objects[2 * index],
    canary: objects[2 * index + 1],
  }));
}

/** The name of the canary Ingress: at most 253 characters. */
export function canaryName(rollout: string, stable: string): string {
  return `${`${rollout}-${stable}`.slice(0, 246)}-canary`;
}

/** The canary Ingress of a stable one. */
function canaryOf(config: NginxRouting, stable: KubeObject, wanted: Wanted): KubeObject {
  const { stableService } = wanted;
  const { name } = stable.metadata;
  if (!usesService(stable, stableService)) {
    throw new Problem(`ingress \`${name}\` has no rules using service ${stableService} backend`);
  }
  const { tls, ingressClassName } = fieldsIn(stable, "spec");
  return {
    ...ingressKind,
    metadata: {
      name: canaryName(wanted.rollout.name, name),
      namespace: wanted.namespace,
      annotations: annotationsOf(config, stable, wanted),
      ownerReferences: [ownerOf(wanted)],
    },
    spec: {
      ...(ingressClassName === undefined ? {} : { ingressClassName }),
      ...(tls === undefined ? {} : { tls }),
      rules: canaryRules(stable, wanted),
    },
  };
}

function annotationsOf(config: NginxRouting, stable: KubeObject, { weight, max }: Wanted) {
  const prefix = prefixOf(config);
  const full = (key: string) => (key.startsWith(prefix) ? key : `${prefix}/${key}`);
  const extra = Object.entries(config.additionalIngressAnnotations ?? {});
  const className = stable.metadata.annotations?.[classAnnotation];
  return {
    ...(className === undefined ? {} : { [classAnnotation]: className }),
    ...Object.fromEntries(extra.map(([key, value]) => [full(key), value])),
    ...config.canaryIngressAnnotations,
    [`${prefix}/canary`]: "true",
    [`${prefix}/canary-weight`]: String(weight),
    ...(max === 100 ? {} : { [`${prefix}/canary-weight-total`]: String(max) }),
  };
}

/** The rules that lead to the stable Service, whole, with the canary Service in its place. */
function canaryRules(stable: KubeObject, { stableService, canaryService }: Wanted): readonly Json[] {
  return listIn(stable, "spec", "rules").flatMap((rule) => {
    const paths = pathsOf(rule);
    if (!paths.some((path) => serviceOf(path) === stableService)) return [];
    const to = (path: Json): Json => ({
      ...path,
      backend: {
        ...fieldsIn(path, "backend"),
        service: { ...fieldsIn(path, "backend", "service"), name: canaryService },
      },
    });
    return [
      withPaths(
        rule,
        paths.map((path) => (serviceOf(path) === stableService ? to(path) : path)),
      ),
    ];
  });
}

/**
 * Creates the canary Ingress, or sets what differs: foreign annotations stay, foreign labels go (trap T-30).
 */
function written(desired: KubeObject, existing: KubeObject | undefined, wanted: Wanted): readonly Effect[] {
  const { name } = desired.metadata;
  const why = `send ${wanted.weight} of ${wanted.max} to ${wanted.canaryService}`;
  if (existing === undefined) {
    const message = `Creating canary ingress \`${name}\` with weight \`${wanted.weight}\``;
    return [
      {
        do: "create",
        object: desired,
        why,
        event: { type: "Normal", reason: "CreatingCanaryIngress", message },
      },
    ];
  }
  if (!isOurs(existing, wanted))
    throw new Problem(`canary ingress \`${name}\` controlled by different object`);
  const body = mergePatch(compared(existing), {
    metadata: { labels: {}, annotations: annotationsKept(existing, desired, wanted.max) },
    spec: desired["spec"],
  });
  if (body === undefined) return [];
  const message = `Updating Ingress \`${name}\` to desiredWeight '${wanted.weight}'`;
  const event = { type: "Normal", reason: "PatchingCanaryIngress", message } as const;
  return [{ do: "patch", ref: refOf(existing), type: "merge", body, why, event }];
}

function compared({ metadata, spec }: KubeObject): Json {
  return { metadata: { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} }, spec };
}

/** A total that an earlier maximum left behind becomes the present one. */
function annotationsKept(
  existing: KubeObject,
  desired: KubeObject,
  max: number,
): Readonly<Record<string, string>> {
  const kept = { ...existing.metadata.annotations, ...desired.metadata.annotations };
  const totals = Object.keys(kept).filter((key) => key.endsWith("/canary-weight-total"));
  return { ...kept, ...Object.fromEntries(totals.map((key) => [key, String(max)])) };
}

function weightOf(config: NginxRouting, canary: KubeObject | undefined, { max }: Wanted): number | undefined {
  if (canary === undefined) return 0;
  const prefix = prefixOf(config);
  const { annotations } = canary.metadata;
  if (annotations?.[`${prefix}/canary`] !== "true") return undefined;
  const weight = numberIn(annotations, `${prefix}/canary-weight`) ?? 0;
  const total = numberIn(annotations, `${prefix}/canary-weight-total`) ?? 100;
  return Math.min(max, Math.ceil((weight * max) / total));
}

function prefixOf({ annotationPrefix = "" }: NginxRouting): string {
  return annotationPrefix === "" ? "nginx.ingress.kubernetes.io" : annotationPrefix;
}
