import { isJson, type Json } from "../api/json.ts";
import { annotation, label } from "../api/labels.ts";
import { controllerOf, type KubeObject, type ObjectRef } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { JobProvider } from "../api/providers.ts";
import { type Instant, seconds, since } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { ApiError, type Client, unlessMissing } from "../reconcile/ports.ts";
import { items, members } from "./json.ts";
import { type Asking, provider } from "./provider.ts";

/** The longest name of a Job: its pods carry it as a label. */
const longestName = 63;

/** A Kubernetes Job: successful when it completes; conditions are not asked (analysis 6.4). */
export const job = provider(JobProvider, {
  async run(spec, asking) {
    const wanted = jobOf(spec, asking);
    const { client } = clusterOf(asking);
    await checkSecrets(wanted, asking);
    await created(wanted, asking);
    if (asking.signal.aborted) await client.delete(refTo(wanted), { propagation: "Foreground" });
    const { name, namespace = "" } = wanted.metadata;
    return {
      is: "running",
      resumeAt: asking.now,
      metadata: { "job-name": name, "job-namespace": namespace },
    };
  },

  async resume(_spec, asking) {
    const ref = named(asking.metadata);
    const { client } = clusterOf(asking);
    const current = await client.get(ref);
    if (current === undefined) throw new Problem(`job.batch "${ref.name}" not found`);
    return verdictOf(current) ?? (await stuckPod(client, current)) ?? running(asking);
  },

  async terminate(_spec, asking) {
    await deleted(clusterOf(asking).client, named(asking.metadata), "Foreground");
    return { is: "verdict", phase: "Inconclusive" };
  },

  async collect(_spec, asking) {
    const { client, namespace } = clusterOf(asking);
    const labelSelector = `${label.runUid}=${asking.run.uid}`;
    const jobs = await client.list({ apiVersion: "batch/v1", kind: "Job" }, { namespace, labelSelector });
    const byAge = [...jobs].sort((a, b) => (ageOf(a) < ageOf(b) ? -1 : 1));
    for (const old of byAge.slice(0, Math.max(0, byAge.length - asking.limit))) {
      await deleted(client, refTo(old), "Background");
    }
  },
});

/** Where Jobs run: in the namespace of the run, unless the surroundings name another place. */
function clusterOf({ client, jobCluster, surroundings, run }: Asking) {
  const elsewhere = surroundings.variables["ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE"] ?? "";
  return {
    client: jobCluster ?? client,
    namespace: elsewhere === "" ? run.namespace : elsewhere,
    isForeign: jobCluster !== undefined || (elsewhere !== "" && elsewhere !== run.namespace),
  };
}

/** The Job of a measurement. Its name is computed, so that beginning twice makes one Job. */
function jobOf(spec: JobProvider, asking: Asking & { readonly number: number }): KubeObject {
  const { run, metric, number } = asking;
  const { namespace, isForeign } = clusterOf(asking);
  const owner = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    name: run.name,
    uid: run.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
  const ours = { [label.runUid]: run.uid };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: jobName(run.uid, metric.name, number),
      namespace,
      labels: { ...spec.metadata?.labels, ...ours },
      annotations: {
        ...spec.metadata?.annotations,
        [annotation.runName]: run.name,
        [annotation.runNamespace]: run.namespace,
        [annotation.runMetric]: metric.name,
      },
      ...(!isForeign && { ownerReferences: [owner] }),
    },
    spec: withPodLabels(spec.spec, ours),
  };
}

function withPodLabels(spec: Json, ours: Readonly<Record<string, string>>): Json {
  const template = members(spec["template"]);
  const metadata = members(template["metadata"]);
  const labels = { ...members(metadata["labels"]), ...ours };
  return { ...spec, template: { ...template, metadata: { ...metadata, labels } } };
}

/**
 * Where Jobs run elsewhere, the Secrets that they refer to must be there too: the pod would wait for ever.
 * Secrets that may not be read there are not asked about.
 */
async function checkSecrets(wanted: KubeObject, asking: Asking): Promise<void> {
  const { client, namespace, isForeign } = clusterOf(asking);
  if (!isForeign) return;
  for (const name of secretNames(wanted)) {
    const secret = await client.get({ apiVersion: "v1", kind: "Secret", namespace, name }).catch(unreadable);
    if (secret !== undefined) continue;
    throw new Problem(`secrets "${name}" not found in namespace "${namespace}", where the Job runs`);
  }
}

function unreadable(error: unknown): true {
  if (error instanceof ApiError && error.code === 403) return true;
  throw error;
}

/** The Secrets from which containers take the values of arguments. */
function secretNames({ spec }: KubeObject): ReadonlySet<string> {
  const pod = members(members(members(spec)["template"])["spec"]);
  const variables = [...items(pod["initContainers"]), ...items(pod["containers"])].flatMap((each) =>
    items(members(each)["env"]),
  );
  const names = variables.map((each) => members(members(members(each)["valueFrom"])["secretKeyRef"])["name"]);
  return new Set(names.filter((name) => typeof name === "string"));
}

/** `<uid>.<metric>.<number>`; a metric name that is too long is cut (analysis 6.4, trap 42). */
export function jobName(uid: string, metric: string, number: number): string {
  const room = longestName - `${uid}..${number}`.length;
  return `${uid}.${metric.slice(0, Math.max(0, room))}.${number}`;
}

/** A Job that is there already is ours when the run controls it, or, in another place, carries its uid. */
async function created(wanted: KubeObject, asking: Asking): Promise<void> {
  const { client, isForeign } = clusterOf(asking);
  try {
    await client.create(wanted);
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "AlreadyExists") throw error;
    const existing = await client.get(refTo(wanted));
    const uid = isForeign
      ? existing?.metadata.labels?.[label.runUid]
      : existing && controllerOf(existing)?.uid;
    if (uid !== asking.run.uid) throw error;
  }
}

async function deleted(
  client: Client,
  ref: ObjectRef,
  propagation: "Foreground" | "Background",
): Promise<void> {
  await unlessMissing(client.delete(ref, { propagation }), undefined);
}

function named(metadata: Readonly<Record<string, string>>): ObjectRef & { readonly namespace: string } {
  const { "job-name": name, "job-namespace": namespace } = metadata;
  if (name === undefined || namespace === undefined) throw new Problem("job metadata reference missing");
  return { apiVersion: "batch/v1", kind: "Job", namespace, name };
}

function refTo({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
  return { apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

function ageOf({ metadata }: KubeObject): string {
  return `${metadata.creationTimestamp ?? ""} ${metadata.name}`;
}

/** The last condition that says an end counts. */
function verdictOf(current: KubeObject): Measured | undefined {
  const types = items(members(current["status"])["conditions"]).map(
    (condition) => members(condition)["type"],
  );
  const end = types.findLast((type) => type === "Complete" || type === "Failed");
  if (end === undefined) return undefined;
  return { is: "verdict", phase: end === "Complete" ? "Successful" : "Failed" };
}

const hopeless: ReadonlySet<unknown> = new Set(["ErrImagePull", "ImagePullBackOff", "InvalidImageName"]);

/** A pod whose image cannot be had would be waited for forever (trap 43). */
async function stuckPod(client: Client, { metadata, spec }: KubeObject): Promise<Measured | undefined> {
  const labels = members(members(members(spec)["selector"])["matchLabels"]);
  const labelSelector = Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
  if (labelSelector === "") return undefined;
  const { namespace } = metadata;
  const pods = await client.list({ apiVersion: "v1", kind: "Pod" }, { namespace, labelSelector });
  const messages = pods.flatMap((pod) => stuckContainers(pod));
  if (messages.length === 0) return undefined;
  return { is: "verdict", phase: "Inconclusive", message: messages.join("") };
}

function stuckContainers(pod: KubeObject): readonly string[] {
  const { initContainerStatuses, containerStatuses } = members(pod["status"]);
  return [...items(initContainerStatuses), ...items(containerStatuses)].flatMap((status) => {
    const { name, state } = members(status);
    const { reason, message = "" } = members(members(state)["waiting"]);
    if (!isJson(status) || !hopeless.has(reason)) return [];
    return [`Pod ${pod.metadata.name}, container ${name} has terminal error (${reason}): ${message}\n`];
  });
}

/** The longer it takes, the less often it is looked at; instants are stored in whole seconds. */
function running({ now, startedAt }: Asking & { readonly startedAt: Instant }): Measured {
  const elapsed = Math.max(0, since(startedAt, now)) / 1000;
  const wait = seconds(Math.sqrt(2 * elapsed));
  return { is: "running", resumeAt: (Math.ceil((now + wait) / 1000) * 1000) as Instant };
}
