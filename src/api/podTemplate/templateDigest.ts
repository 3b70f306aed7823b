import { isJson, type Json } from "../json.ts";
import { hashLabel } from "../labels.ts";
import { canonicalWriter } from "./canonical.ts";
import { fingerprint } from "./fingerprint.ts";
import { labelsAndAnnotations } from "./templateDefaults.ts";

/** What the controller added to a ReplicaSet's template beyond the user's own. */
export interface Injected {
  /** The content of the ReplicaSet's annotation `rollout.argoproj.io/ephemeral-metadata`. */
  readonly ephemeral?: { readonly labels?: Json; readonly annotations?: Json } | undefined;
}

const writeTemplate = canonicalWriter("PodTemplateSpec", "keep");

/**
 * A fingerprint of what a pod template means, 128 bits as text, to tell whether a ReplicaSet runs the
 * template of a Rollout although its hash label says otherwise. Both sides are templates as the API server
 * defaults them; absent and empty are the same, and so are quantities written differently. Source:
 * rollout-core 9.3, step 3.
 */
export function templateDigest(template: unknown, injected: Injected = {}): string {
  return fingerprint(writeTemplate(normalisedTemplate(template, injected)));
}

/**
 * A pod template without what the controller puts into it and without what does not count: the hash label,
 * the ephemeral metadata (by key, so only a ReplicaSet's template is given them), the anti-affinity against
 * the stable ReplicaSet, the deprecated `serviceAccount`, and metadata other than labels and annotations.
 */
export function normalisedTemplate(template: unknown, { ephemeral }: Injected = {}): Json {
  if (!isJson(template)) return {};
  const { labels, annotations } = labelsAndAnnotations(template.metadata);
  const metadata = {
    labels: without(labels, [hashLabel, ...Object.keys(ephemeral?.labels ?? {})]),
    annotations: without(annotations, Object.keys(ephemeral?.annotations ?? {})),
  };
  const { spec } = template;
  return { ...template, metadata, spec: isJson(spec) ? normalisedSpec(spec) : spec };
}

function normalisedSpec({ serviceAccount: _deprecated, affinity, ...rest }: Json): Json {
  return isJson(affinity) ? { ...rest, affinity: normalisedAffinity(affinity) } : rest;
}

/** The user's own terms; nothing at all where none are left. */
function normalisedAffinity({ podAntiAffinity, ...others }: Json): Json | undefined {
  const own = isJson(podAntiAffinity) ? filled(mapValues(podAntiAffinity, ownTerms)) : undefined;
  return filled({ ...others, podAntiAffinity: own });
}

function ownTerms(terms: unknown): unknown {
  if (!Array.isArray(terms)) return terms;
  const own = terms.filter((term: unknown) => !isInjected(term));
  return own.length === 0 ? undefined : own;
}

/** The one term that the controller writes has one expression, about the hash label. */
function isInjected(term: unknown): boolean {
  if (!isJson(term)) return false;
  const { labelSelector } = isJson(term.podAffinityTerm) ? term.podAffinityTerm : term;
  if (!isJson(labelSelector) || !Array.isArray(labelSelector.matchExpressions)) return false;
  const expressions: readonly unknown[] = labelSelector.matchExpressions;
  const [expression] = expressions;
  return expressions.length === 1 && isJson(expression) && expression.key === hashLabel;
}

function without(map: unknown, keys: readonly string[]): unknown {
  if (!isJson(map)) return map;
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}

function mapValues(object: Json, change: (value: unknown) => unknown): Json {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** The object, unless it has no member that is set. */
function filled(object: Json): Json | undefined {
  return Object.values(object).every((value) => value === undefined || value === null) ? undefined : object;
}
