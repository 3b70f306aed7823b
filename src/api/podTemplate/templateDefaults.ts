import { isJson, type Json } from "../json.ts";

/**
 * The pod template as a Rollout resource with a full template schema stores it: `metadata` keeps labels and
 * annotations only, and the defaults of that schema are filled in, as the hash covers them: `TCP` for the
 * ports of every kind of container, the empty `service` of gRPC probes, and `optional: false` for a
 * `fileKeyRef`. The schema's other defaults are empty names, which canonical JSON leaves out. Source:
 * rollout-core 1 and 9.2.
 */
export function storedTemplate(template: unknown): Json {
  if (!isJson(template)) return {};
  const { metadata, spec } = template;
  return { metadata: labelsAndAnnotations(metadata), spec: isJson(spec) ? podSpec(spec) : spec };
}

/** The part of a template's metadata that reaches its pods. */
export function labelsAndAnnotations(metadata: unknown): Json {
  if (!isJson(metadata)) return {};
  return { labels: metadata.labels, annotations: metadata.annotations };
}

function podSpec(spec: Json): Json {
  const { containers, initContainers, ephemeralContainers } = spec;
  return {
    ...spec,
    containers: each(containers, container),
    initContainers: each(initContainers, container),
    ephemeralContainers: each(ephemeralContainers, container),
  };
}

function container(given: Json): Json {
  const { ports, env, livenessProbe, readinessProbe, startupProbe } = given;
  return {
    ...given,
    ports: each(ports, (port) => ({ ...port, protocol: port.protocol ?? "TCP" })),
    env: each(env, variable),
    livenessProbe: probe(livenessProbe),
    readinessProbe: probe(readinessProbe),
    startupProbe: probe(startupProbe),
  };
}

function probe(given: unknown): unknown {
  if (!isJson(given) || !isJson(given.grpc)) return given;
  return { ...given, grpc: { ...given.grpc, service: given.grpc.service ?? "" } };
}

function variable(given: Json): Json {
  const source = given.valueFrom;
  if (!isJson(source) || !isJson(source.fileKeyRef)) return given;
  const fileKeyRef = { ...source.fileKeyRef, optional: source.fileKeyRef.optional ?? false };
  return { ...given, valueFrom: { ...source, fileKeyRef } };
}

function each(list: unknown, change: (item: Json) => Json): unknown {
  return Array.isArray(list) ? list.map((item: unknown) => (isJson(item) ? change(item) : item)) : list;
}
