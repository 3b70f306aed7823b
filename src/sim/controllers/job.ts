import { controllerOf, type KubeObject, refOf } from "../../api/object.ts";
import { type Instant, rfc3339 } from "../../api/time.ts";
import type { Effect } from "../../reconcile/effect.ts";
import { type Kind, keyParts } from "../../reconcile/kind.ts";
import type { Plan } from "../../reconcile/plan.ts";
import { read } from "../../reconcile/ports.ts";
import { type Json, jsonOf, listOf } from "../json.ts";
import { freeNames, jobRef, podRef, specOf, statusWrite } from "./kinds.ts";
import { isActive, podFrom, podStatus, readySince } from "./podFacts.ts";

/** A Job and the pods that it controls. */
export interface JobSeen {
  readonly job: KubeObject;
  readonly pods: readonly KubeObject[];
  readonly node: string | undefined;
}

/** The Job controller: runs pods until enough have succeeded or too many have failed. */
export function jobKind({ node }: { readonly node?: string | undefined } = {}): Kind<JobSeen> {
  return {
    name: "job",
    of: jobRef,
    wokenBy: [{ kind: podRef, keys: jobsOf }],
    async observe(key, ports) {
      const job = await read(ports, { ...jobRef, ...keyParts(key) });
      if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
      return { job, pods: ports.cache.ownedBy(podRef, job.metadata.uid ?? ""), node };
    },
    decide: decideJob,
  };
}

function jobsOf(pod: KubeObject): readonly string[] {
  const owner = controllerOf(pod);
  return owner?.kind === jobRef.kind ? [`${pod.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** What a Job does next. A finished one does nothing any more. */
export function decideJob({ job, pods, node }: JobSeen, now: Instant): Plan {
  if (verdictIn(job) !== undefined) return { effects: [] };
  const spec = specOf(job);
  const succeeded = pods.filter((pod) => podStatus(pod)["phase"] === "Succeeded").length;
  const failed = pods.filter((pod) => podStatus(pod)["phase"] === "Failed").length;
  const active = pods.filter(isActive);
  const wanted = Number(spec["completions"] ?? 1);
  const isFailed = failed > Number(spec["backoffLimit"] ?? 6);
  const isDone = isFailed || succeeded >= wanted;
  const held = spec["suspend"] === true;
  const target = isDone || held ? 0 : Math.min(Number(spec["parallelism"] ?? 1), wanted - succeeded);
  const status = {
    ...started(job, held, now),
    ...(isDone && { conditions: conditionsOf(isFailed, now) }),
    ...(isDone && !isFailed && { completionTime: rfc3339(now) }),
    ...counts({ active: isDone ? 0 : active.length, succeeded, failed }),
    ready: active.filter((pod) => readySince(pod) !== undefined).length,
    terminating: 0,
    uncountedTerminatedPods: {},
  };
  return { effects: sized({ job, pods, node }, active, target), status: statusWrite(job, status) };
}

function verdictIn(job: KubeObject): unknown {
  const conditions = listOf(jsonOf(job["status"])["conditions"]).map(jsonOf);
  return conditions.find(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

function started(job: KubeObject, held: boolean, now: Instant): Json {
  const { startTime } = jsonOf(job["status"]);
  if (startTime !== undefined) return { startTime };
  return held ? {} : { startTime: rfc3339(now) };
}

function counts(all: Readonly<Record<string, number>>): Json {
  return Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0));
}

/** The conditions of a finished Job: that its end is near comes before that it has come. */
function conditionsOf(isFailed: boolean, now: Instant): readonly Json[] {
  const said = isFailed
    ? { reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" }
    : { reason: "CompletionsReached", message: "Reached expected number of succeeded pods" };
  const at = rfc3339(now);
  const types = isFailed ? ["FailureTarget", "Failed"] : ["SuccessCriteriaMet", "Complete"];
  return types.map((type) => ({ type, status: "True", ...said, lastProbeTime: at, lastTransitionTime: at }));
}

function sized(
  { job, pods, node }: JobSeen,
  active: readonly KubeObject[],
  target: number,
): readonly Effect[] {
  const { name, uid = "", resourceVersion = "" } = job.metadata;
  if (active.length > target) {
    const why = "its Job needs it no longer";
    return active.slice(target).map((pod) => ({ do: "delete", ref: refOf(pod), why }));
  }
  const taken = new Set(pods.map((pod) => pod.metadata.name));
  const placed: Json = node === undefined ? {} : { nodeName: node };
  return freeNames(name, `${uid}/${resourceVersion}`, target - active.length, taken).map((free) => ({
    do: "create",
    object: podFrom(job, free, placed),
    why: `${name} has not succeeded yet`,
  }));
}
