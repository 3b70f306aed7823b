import type { IstioDestinationRule } from "../api/istioRouting.ts";
import type { Json } from "../api/json.ts";
import { annotation, hashLabel } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import type { Patch } from "../reconcile/effect.ts";
import { fieldsIn, listIn, textIn } from "./fields.ts";
import { unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import { noted } from "./note.ts";
import type { Wanted } from "./router.ts";
import { ended } from "./shares.ts";

/**
 * The patch that points the subsets of a DestinationRule to the versions (traffic-cli-ops 2.3.4). Subsets
 * that are neither of the two, nor listed as additional, nor of a running experiment, are dropped (trap
 * T-43).
 */
export function subsetsPatch(
  object: KubeObject,
  rule: IstioDestinationRule,
  wanted: Wanted,
): readonly Patch[] {
  const { canaryHash, stableHash } = wanted;
  const { canarySubsetName: canary, stableSubsetName: stable, additionalSubsetNames = [] } = rule;
  const hashes = new Map(wanted.additional.map((one) => [one.serviceName, one.podTemplateHash]));
  const subsets = listIn(object, "spec", "subsets").flatMap((subset): readonly Json[] => {
    const name = textIn(subset, "name") ?? "";
    if (name === canary) return [withHash(subset, canaryHash)];
    if (name === stable) return [withHash(subset, stableHash)];
    const hash = hashes.get(name);
    if (hash !== undefined) return [withHash(subset, hash)];
    return additionalSubsetNames.includes(name) ? [subset] : [];
  });
  const present = new Set(subsets.map((subset) => subset["name"]));
  const added = [...hashes]
    .filter(([name]) => !present.has(name))
    .map(([name, hash]) => ({ name, labels: { [hashLabel]: hash } }));
  const annotations = { ...object.metadata.annotations, [annotation.managedBy]: wanted.rollout.name };
  const shaped = {
    ...object,
    metadata: { ...object.metadata, annotations },
    spec: { ...fieldsIn(object, "spec"), subsets: [...subsets, ...added] },
  };
  const after = noted(shaped, wanted);
  const versions = `${canary}: ${canaryHash}, ${stable}: ${stableHash}`;
  const message = `DestinationRule ${object.metadata.name} subset updated (${versions})`;
  const event = { type: "Normal", reason: "UpdatedDestinationRule", message } as const;
  return narrow(object, after, `point the subsets of ${object.metadata.name} to their versions`, event);
}

/**
 * The patch that takes out the hashes of every subset, the subsets of experiments and our annotation (4.3).
 */
export function releasedSubsets(object: KubeObject, wanted: Wanted): readonly Patch[] {
  const { former } = ended(wanted);
  const subsets = listIn(object, "spec", "subsets")
    .filter((subset) => !former.includes(textIn(subset, "name") ?? ""))
    .map((subset) => withHash(subset, ""));
  const after = unmarked({ ...object, spec: { ...fieldsIn(object, "spec"), subsets } }, wanted);
  return narrow(object, after, `the subsets of ${object.metadata.name} follow no version any more`);
}

/** The pod hash that a subset of this name selects; empty when it selects none. */
export function hashOfSubset(object: KubeObject, name: string): string {
  const subset = listIn(object, "spec", "subsets").find((one) => one["name"] === name);
  return textIn(subset, "labels", hashLabel) ?? "";
}

function withHash(subset: Json, hash: string): Json {
  const labels = fieldsIn(subset, "labels");
  if ((labels[hashLabel] ?? "") === hash) return subset;
  const { [hashLabel]: _old, ...others } = labels;
  return { ...subset, labels: hash === "" ? others : { ...others, [hashLabel]: hash } };
}
