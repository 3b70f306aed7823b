import type { KubeObject } from "../../api/object.ts";
import { type Cause, invalidValue, requiredValue } from "../failure.ts";
import { filled, isJson, type Json, jsonOf, same } from "../json.ts";
import { selectorCauses } from "../names.ts";
import { labelSelectorMatcher } from "../selector.ts";
import { templateCauses } from "./podChecks.ts";
import { completedTemplate } from "./podSpec.ts";

/** A ReplicaSet with its defaults. */
export function completedReplicaSet(object: KubeObject): KubeObject {
  const spec = jsonOf(object["spec"]);
  return { ...object, spec: filled(withTemplate(spec), { replicas: 1 }) };
}

/** A Deployment with its defaults. */
export function completedDeployment(object: KubeObject): KubeObject {
  const spec = jsonOf(object["spec"]);
  const strategy = filled(jsonOf(spec["strategy"]), { type: "RollingUpdate" });
  const rolling = filled(jsonOf(strategy["rollingUpdate"]), { maxUnavailable: "25%", maxSurge: "25%" });
  const defaults = { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 };
  const full = strategy["type"] === "RollingUpdate" ? { ...strategy, rollingUpdate: rolling } : strategy;
  return { ...object, spec: { ...filled(withTemplate(spec), defaults), strategy: full } };
}

/** A Job with its defaults: pods are found by the labels that the server makes from the Job's uid. */
export function completedJob(object: KubeObject): KubeObject {
  const spec = jsonOf(object["spec"]);
  const once =
    spec["completions"] === undefined && spec["parallelism"] === undefined ? { completions: 1 } : {};
  const defaults = {
    ...once,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: isJson(spec["podFailurePolicy"]) ? "Failed" : "TerminatingOrFailed",
  };
  const full = filled(withTemplate(spec), defaults);
  const { metadata } = object;
  const labelled =
    full["manualSelector"] === true ? full : withJobSelector(full, metadata.uid ?? "", metadata.name);
  const labels = metadata.labels ?? jsonOf(jsonOf(labelled["template"])["metadata"])["labels"];
  const named = isJson(labels) ? { metadata: { ...metadata, labels: labels as Record<string, string> } } : {};
  return { ...object, ...named, spec: labelled };
}

function withJobSelector(spec: Json, uid: string, name: string): Json {
  const template = jsonOf(spec["template"]);
  const metadata = jsonOf(template["metadata"]);
  const generated = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const labels = { ...jsonOf(metadata["labels"]), ...generated };
  return {
    ...spec,
    selector: { matchLabels: { "batch.kubernetes.io/controller-uid": uid } },
    template: { ...template, metadata: { ...metadata, labels } },
  };
}

function withTemplate(spec: Json): Json {
  return { ...spec, template: completedTemplate(jsonOf(spec["template"])) };
}

/** What is wrong with a ReplicaSet or a Deployment. */
export function scaledCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const before = old === undefined ? undefined : jsonOf(old["spec"])["selector"];
  return [
    ...atLeastZero(spec["replicas"], "spec.replicas"),
    ...atLeastZero(spec["minReadySeconds"], "spec.minReadySeconds"),
    ...requiredSelector(spec["selector"]),
    ...matchingTemplate(spec),
    ...templateCauses(jsonOf(spec["template"]), "spec.template", ["Always"]),
    ...immutable(spec["selector"], before, "spec.selector"),
  ];
}

/** Pods that are ready are among those that there are, and available ones among those that are ready. */
export function countCauses(object: KubeObject): readonly Cause[] {
  const status = jsonOf(object["status"]);
  const within = (field: string, most: string, name: string) => {
    const value = Number(status[field] ?? 0);
    const limit = Number(status[most] ?? 0);
    return value > limit ? [invalidValue(`status.${field}`, value, `cannot be greater than ${name}`)] : [];
  };
  return [
    ...within("fullyLabeledReplicas", "replicas", "status.replicas"),
    ...within("updatedReplicas", "replicas", "status.replicas"),
    ...within("readyReplicas", "replicas", "status.replicas"),
    ...within("availableReplicas", "replicas", "status.replicas"),
    ...within("availableReplicas", "readyReplicas", "readyReplicas"),
  ];
}

/** What is wrong with a Job. */
export function jobCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const before = old === undefined ? {} : jsonOf(old["spec"]);
  return [
    ...atLeastZero(spec["parallelism"], "spec.parallelism"),
    ...atLeastZero(spec["completions"], "spec.completions"),
    ...atLeastZero(spec["backoffLimit"], "spec.backoffLimit"),
    ...templateCauses(jsonOf(spec["template"]), "spec.template", ["OnFailure", "Never"]).map(jobRestart),
    ...["completions", "selector", "template"].flatMap((field) =>
      immutable(spec[field], before[field], `spec.${field}`),
    ),
  ];
}

/** A restart policy that was left out is the default here, and the message asks for one of the right ones. */
function jobRestart(cause: Cause): Cause {
  if (!cause.field.endsWith(".restartPolicy") || !cause.message.includes('"Always"')) return cause;
  return requiredValue(cause.field, 'valid values: "OnFailure", "Never"');
}

/** A Deployment strategy cannot be without both surge and unavailability. */
export function deploymentCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const { maxSurge, maxUnavailable } = jsonOf(jsonOf(jsonOf(object["spec"])["strategy"])["rollingUpdate"]);
  const stuck = isZero(maxSurge) && isZero(maxUnavailable);
  const field = "spec.strategy.rollingUpdate.maxUnavailable";
  const detail = "may not be 0 when `maxSurge` is 0";
  return [...scaledCauses(object, old), ...(stuck ? [invalidValue(field, maxUnavailable, detail)] : [])];
}

function isZero(value: unknown): boolean {
  return value === 0 || value === "0%";
}

function requiredSelector(selector: unknown): readonly Cause[] {
  if (!isJson(selector)) return [requiredValue("spec.selector")];
  const empty = Object.keys(selector).length === 0;
  if (empty) return [invalidValue("spec.selector", selector, "empty selector is invalid for deployment")];
  return selectorCauses(selector, "spec.selector");
}

function matchingTemplate(spec: Json): readonly Cause[] {
  const labels = jsonOf(jsonOf(jsonOf(spec["template"])["metadata"])["labels"]);
  const matches = labelSelectorMatcher(spec["selector"])(labels as Record<string, string>);
  const detail = "`selector` does not match template `labels`";
  return matches ? [] : [invalidValue("spec.template.metadata.labels", labels, detail)];
}

/** A number that must not be negative. */
export function atLeastZero(value: unknown, field: string): readonly Cause[] {
  const negative = typeof value === "number" && value < 0;
  return negative ? [invalidValue(field, value, "must be greater than or equal to 0")] : [];
}

/** A field that cannot change once it is set. */
export function immutable(value: unknown, old: unknown, field: string): readonly Cause[] {
  return old === undefined || same(value, old) ? [] : [invalidValue(field, value, "field is immutable")];
}
