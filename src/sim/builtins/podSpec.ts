import { filled, isJson, type Json, jsonOf, listOf } from "../json.ts";

/** A pod's spec with the defaults that the API server gives it, in a template or alone. */
export function completedPodSpec(spec: Json): Json {
  const account = spec["serviceAccountName"] ?? spec["serviceAccount"];
  return filled(
    {
      ...spec,
      ...mapped(spec, "volumes", completedVolume),
      ...mapped(spec, "initContainers", completedContainer),
      ...mapped(spec, "containers", completedContainer),
      ...mapped(spec, "ephemeralContainers", completedContainer),
      ...(account === undefined ? {} : { serviceAccountName: account, serviceAccount: account }),
    },
    podDefaults,
  );
}

const podDefaults = {
  restartPolicy: "Always",
  terminationGracePeriodSeconds: 30,
  dnsPolicy: "ClusterFirst",
  securityContext: {},
  schedulerName: "default-scheduler",
};

/** A pod template with its defaults. */
export function completedTemplate(template: Json): Json {
  const { metadata } = template;
  return { ...template, metadata: jsonOf(metadata), spec: completedPodSpec(jsonOf(template["spec"])) };
}

function mapped(holder: Json, field: string, complete: (item: Json) => Json): Json {
  const list = holder[field];
  return Array.isArray(list) ? { [field]: list.map((item) => (isJson(item) ? complete(item) : item)) } : {};
}

function completedContainer(container: Json): Json {
  return filled(
    {
      ...container,
      ...mapped(container, "ports", (port) => filled(port, { protocol: "TCP" })),
      ...mapped(container, "env", completedVariable),
      ...probes(container),
      ...lifecycle(container),
    },
    {
      ...containerDefaults,
      imagePullPolicy: pullPolicy(String(container["image"] ?? "")),
    },
  );
}

const containerDefaults = {
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  resources: {},
};

/** Images that may move (`latest`, or no tag) are always pulled. */
function pullPolicy(image: string): string {
  if (image.includes("@")) return "IfNotPresent";
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest" ? "Always" : "IfNotPresent";
}

function completedVariable(variable: Json): Json {
  const source = jsonOf(variable["valueFrom"]);
  if (!isJson(source["fieldRef"])) return variable;
  return {
    ...variable,
    valueFrom: { ...source, fieldRef: filled(source["fieldRef"], { apiVersion: "v1" }) },
  };
}

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function probes(container: Json): Json {
  const found = ["livenessProbe", "readinessProbe", "startupProbe"].filter((name) => isJson(container[name]));
  return Object.fromEntries(found.map((name) => [name, completedProbe(jsonOf(container[name]))]));
}

function completedProbe(probe: Json): Json {
  return { ...filled(probe, probeDefaults), ...handler(probe) };
}

function handler(holder: Json): Json {
  const { httpGet, grpc } = holder;
  if (isJson(httpGet)) return { httpGet: filled(httpGet, { path: "/", scheme: "HTTP" }) };
  return isJson(grpc) ? { grpc: filled(grpc, { service: "" }) } : {};
}

function lifecycle(container: Json): Json {
  const hooks = container["lifecycle"];
  if (!isJson(hooks)) return {};
  const done = Object.entries(hooks).map(([name, hook]) => [
    name,
    isJson(hook) ? { ...hook, ...handler(hook) } : hook,
  ]);
  return { lifecycle: Object.fromEntries(done) };
}

const sourceDefaults: Readonly<Record<string, Json>> = {
  configMap: { defaultMode: 420 },
  secret: { defaultMode: 420 },
  projected: { defaultMode: 420 },
  downwardAPI: { defaultMode: 420 },
  hostPath: { type: "" },
};

function completedVolume(volume: Json): Json {
  const sources = Object.keys(volume).filter((field) => field !== "name");
  if (sources.length === 0) return { ...volume, emptyDir: {} };
  const done = Object.entries(sourceDefaults)
    .filter(([source]) => isJson(volume[source]))
    .map(([source, defaults]) => [source, filled(jsonOf(volume[source]), defaults)]);
  return { ...volume, ...Object.fromEntries(done) };
}

/** The quality-of-service class of a pod, from the requests and limits of its containers. */
export function qosClass(spec: Json): string {
  const resources = [...listOf(spec["containers"]), ...listOf(spec["initContainers"])].map((container) =>
    jsonOf(jsonOf(container)["resources"]),
  );
  const isGuaranteed = resources.every(({ requests, limits }) =>
    ["cpu", "memory"].every((name) => {
      const limit = jsonOf(limits)[name];
      return limit !== undefined && (jsonOf(requests)[name] ?? limit) === limit;
    }),
  );
  if (isGuaranteed) return "Guaranteed";
  const asksNothing = resources.every(
    ({ requests, limits }) => requests === undefined && limits === undefined,
  );
  return asksNothing ? "BestEffort" : "Burstable";
}
