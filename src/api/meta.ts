import * as z from "zod";
import { type Infer, list, needed, texts } from "./field.ts";
import type { Metadata } from "./object.ts";

const OwnerReference = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().exactOptional(),
  blockOwnerDeletion: z.boolean().exactOptional(),
});

/** The metadata of any object; what is not named here is kept. */
export const ObjectMeta: z.ZodType<Metadata> = z.looseObject({
  name: z.string(),
  namespace: z.string().exactOptional(),
  uid: z.string().exactOptional(),
  resourceVersion: z.string().exactOptional(),
  generation: z.int().exactOptional(),
  creationTimestamp: z.string().exactOptional(),
  deletionTimestamp: z.string().exactOptional(),
  labels: z.record(z.string(), z.string()).exactOptional(),
  annotations: z.record(z.string(), z.string()).exactOptional(),
  ownerReferences: z.array(OwnerReference).exactOptional(),
  finalizers: z.array(z.string()).exactOptional(),
});

/** Labels and annotations that are given to something: pods, analysis runs, jobs. */
export const LabelsAndAnnotations = z.object({
  labels: texts("Labels to set."),
  annotations: texts("Annotations to set."),
});
export type LabelsAndAnnotations = Infer<typeof LabelsAndAnnotations>;

const LabelRequirement = z.object({
  key: needed(z.string(), "The label that is looked at."),
  operator: needed(z.string(), "How it is compared: In, NotIn, Exists or DoesNotExist."),
  values: list(z.string(), "The values for In and NotIn; must be left out for the other two."),
});
export type LabelRequirement = Infer<typeof LabelRequirement>;

/** Chooses objects by their labels; all of its parts must hold. */
export const LabelSelector = z.object({
  matchLabels: texts("Labels that must have exactly these values."),
  matchExpressions: list(LabelRequirement, "Further requirements, all of which must hold."),
});
export type LabelSelector = Infer<typeof LabelSelector>;

const Container = z.looseObject({ name: z.string().optional(), image: z.string().optional() });

/**
 * The specification of pods. It is kept whole: what a pod may have is known to the API server, which is
 * asked when the ReplicaSet is created, so that fields of newer Kubernetes releases are never lost.
 */
export const PodSpec = z
  .looseObject({ containers: z.array(Container).optional(), initContainers: z.array(Container).optional() })
  .meta({ "x-kubernetes-preserve-unknown-fields": true });
export type PodSpec = Infer<typeof PodSpec>;

/** What pods are made from. */
export const PodTemplateSpec = z.object({
  metadata: LabelsAndAnnotations.optional().describe("Labels and annotations of the pods."),
  spec: PodSpec.optional().describe("The pods themselves, as in `kubectl explain pod.spec`."),
});
export type PodTemplateSpec = Infer<typeof PodTemplateSpec>;
