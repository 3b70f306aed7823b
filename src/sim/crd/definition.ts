import type { KubeObject } from "../../api/object.ts";
import { immutable } from "../builtins/workloads.ts";
import { type Cause, invalidValue, requiredValue } from "../failure.ts";
import { filled, isJson, type Json, jsonOf, listOf } from "../json.ts";
import type { Rules } from "../resource.ts";

/** What the API server does with a CustomResourceDefinition: here it is established at once. */
export const definitionRules: Partial<Rules> = {
  generation: true,
  unconditional: false,
  begin: begun,
  complete: completedDefinition,
  check: definitionCauses,
};

function completedDefinition(object: KubeObject): KubeObject {
  const spec = jsonOf(object["spec"]);
  const names = jsonOf(spec["names"]);
  const kind = String(names["kind"] ?? "");
  const full = filled(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  return { ...object, spec: { ...filled(spec, { conversion: { strategy: "None" } }), names: full } };
}

/** A definition is held until its objects are gone. */
function begun(object: KubeObject): KubeObject {
  const { metadata } = object;
  const finalizers = [
    ...new Set([...(metadata.finalizers ?? []), "customresourcecleanup.apiextensions.k8s.io"]),
  ];
  return { ...object, metadata: { ...metadata, finalizers }, status: statusOf(object) };
}

function statusOf(object: KubeObject): Json {
  const { names, versions } = jsonOf(completedDefinition(object)["spec"]);
  const lastTransitionTime = object.metadata.creationTimestamp;
  const stored = listOf(versions)
    .map(jsonOf)
    .find(({ storage }) => storage === true);
  const met = (type: string, reason: string, message: string) => ({
    lastTransitionTime,
    message,
    reason,
    status: "True",
    type,
  });
  return {
    acceptedNames: names,
    conditions: [
      met("NamesAccepted", "NoConflicts", "no conflicts found"),
      met("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
    storedVersions: [stored?.["name"]],
  };
}

function definitionCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const { plural, kind } = jsonOf(spec["names"]);
  const versions = listOf(spec["versions"]).map(jsonOf);
  const name = `${String(plural)}.${String(spec["group"])}`;
  const stored = versions.filter(({ storage }) => storage === true).length;
  const before = jsonOf(old?.["spec"]);
  return [
    ...(object.metadata.name === name
      ? []
      : [invalidValue("metadata.name", object.metadata.name, 'must be spec.names.plural+"."+spec.group')]),
    ...(kind === undefined ? [requiredValue("spec.names.kind")] : []),
    ...(stored === 1
      ? []
      : [
          invalidValue(
            "spec.versions",
            spec["versions"],
            "must have exactly one version marked as storage version",
          ),
        ]),
    ...versions.flatMap((version, at) => versionCauses(version, `spec.versions[${at}]`)),
    ...immutable(spec["group"], before["group"], "spec.group"),
    ...immutable(spec["scope"], before["scope"], "spec.scope"),
  ];
}

function versionCauses(version: Json, field: string): readonly Cause[] {
  const schema = jsonOf(version["schema"])["openAPIV3Schema"];
  const at = `${field}.schema.openAPIV3Schema`;
  if (!isJson(schema)) return [requiredValue(at, "schemas are required")];
  return schema["type"] === "object" ? [] : [requiredValue(`${at}.type`, "must not be empty at the root")];
}
