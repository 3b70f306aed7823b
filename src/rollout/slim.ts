import { annotation } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import { type Injected, templateDigest } from "../api/podTemplate/templateDigest.ts";
import { avoidedField, avoidedIn } from "./antiAffinity.ts";

interface ReplicaSetSpec {
  readonly template?: { readonly metadata?: Readonly<Record<string, unknown>>; readonly spec?: unknown };
  readonly [field: string]: unknown;
}

/** Where the digest stands in a cached ReplicaSet. */
export const digestField = "templateDigest";

/**
 * A ReplicaSet as the cache keeps it: the pods' specification is replaced by the digest of what it means,
 * which is all that finding the current one needs (product: decided). Labels and annotations of the template
 * stay, and the hash of the version that its pods avoid.
 */
export function slimReplicaSet(object: KubeObject): KubeObject {
  const { template, ...spec } = (object["spec"] ?? {}) as ReplicaSetSpec;
  if (template?.spec === undefined) return object;
  const digest = templateDigest(template, injectedInto(object));
  const avoided = avoidedIn(template.spec);
  return {
    ...object,
    spec: {
      ...spec,
      template: { metadata: template.metadata ?? {} },
      [digestField]: digest,
      ...(avoided !== undefined && { [avoidedField]: avoided }),
    },
  };
}

/** What the controller has put into the template of this ReplicaSet, as its annotation remembers. */
export function injectedInto({ metadata }: KubeObject): Injected {
  const text = metadata.annotations?.[annotation.ephemeralMetadata];
  if (text === undefined) return {};
  try {
    return { ephemeral: JSON.parse(text) as NonNullable<Injected["ephemeral"]> };
  } catch {
    return {}; // somebody else's text: nothing that we could take out again
  }
}

/** The digest of a ReplicaSet's template, cached or fresh. */
export function digestOf(object: KubeObject): string {
  const kept = ((object["spec"] ?? {}) as ReplicaSetSpec)[digestField];
  if (typeof kept === "string") return kept;
  return templateDigest(((object["spec"] ?? {}) as ReplicaSetSpec).template, injectedInto(object));
}
