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
 * stay, and the hash of the version that its pods avoid. `old` is what is kept of the state before.
 */
export function slimReplicaSet(object: KubeObject, old?: KubeObject): KubeObject {
  const { template, ...spec } = (object["spec"] ?? {}) as ReplicaSetSpec;
  if (template?.spec === undefined) return object;
  if (old !== undefined && hasSameSpec(object, old)) return { ...object, spec: old["spec"] };
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

/**
 * Whether the spec that is kept of the last state is that of this one: most changes are those of the status.
 */
function hasSameSpec({ metadata }: KubeObject, { metadata: before, spec }: KubeObject): boolean {
  const ephemeral = annotation.ephemeralMetadata;
  return (
    metadata.uid !== undefined &&
    metadata.uid === before.uid &&
    metadata.generation !== undefined &&
    metadata.generation === before.generation &&
    metadata.annotations?.[ephemeral] === before.annotations?.[ephemeral] &&
    (spec as ReplicaSetSpec | undefined)?.[digestField] !== undefined
  );
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
