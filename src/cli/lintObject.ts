import type { AnalysisTemplateSpec } from "../api/analysis.ts";
import { schemaOf } from "../api/crd.ts";
import { group } from "../api/group.ts";
import type { Json } from "../api/json.ts";
import { type ApiKind, kinds } from "../api/kinds.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import { Rollout } from "../api/rollout.ts";
import { unknownFields } from "../api/unknownFields.ts";
import { wrongSpec } from "../experiment/validate.ts";
import { lintMetrics } from "./lintAnalysis.ts";
import { doubt, type Remark, wrong } from "./lintFinding.ts";
import { lintRollout } from "./lintRollout.ts";
import { placedIn } from "./readOnly.ts";

/** The fields of an object's metadata that a pod template may carry and nobody reads. */
const dropped = /\.template\.metadata\.(name|namespace|creationTimestamp|generateName)$/;

/**
 * What is to be said about an object beside others: fields that nobody knows, fields of the wrong type, and
 * what its kind allows. Objects of other groups are passed over.
 */
export async function lintObject(
  object: KubeObject,
  objects: readonly KubeObject[],
): Promise<readonly Remark[]> {
  const kind = object.apiVersion.startsWith(`${group}/`) && kinds.find((one) => one.kind === object.kind);
  if (!kind) return [];
  const unknown = unknownFields(schemaOf(kind), object as unknown as Json).map((path): Remark => {
    if (dropped.test(path)) return doubt(path, "nobody reads it");
    return { severity: "error", path, message: `${path}: unknown field` };
  });
  return [...unknown, ...(await caught(() => lintKind(kind, object, objects)))];
}

async function lintKind(
  kind: ApiKind,
  object: KubeObject,
  objects: readonly KubeObject[],
): Promise<readonly Remark[]> {
  const parsed = read(kind.schema, object) as { readonly spec: unknown };
  const { namespace = "default", name } = object.metadata;
  switch (kind.kind) {
    case "Rollout": {
      const placed = placedIn(namespace, objects);
      const [own = object] = placedIn(namespace, [object]);
      const rollout = read(Rollout, own);
      return lintRollout({ rollout, object: own, namespace, objects: placed });
    }
    case "Experiment": {
      const message = wrongSpec(name, parsed.spec);
      return message === undefined ? [] : [{ severity: "error", path: "spec", message }];
    }
    default:
      return lintMetrics(parsed.spec as AnalysisTemplateSpec);
  }
}

async function caught(check: () => Promise<readonly Remark[]>): Promise<readonly Remark[]> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Problem) return [wrong(error)];
    throw error;
  }
}
