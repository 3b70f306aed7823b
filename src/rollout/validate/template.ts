import type { LabelSelector } from "../../api/meta.ts";
import { forbidden, invalid, required, unsupported } from "../../api/problem.ts";
import { matches } from "../../api/selector.ts";
import type { Template } from "../snapshot.ts";

/**
 * Checks what can be told about a pod template before its ReplicaSet is created. Everything else about pods
 * is the API server's to say, when the ReplicaSet is created (rollout-core 3.2, rule 5).
 */
export function checkTemplate(template: Template | undefined, selector: LabelSelector | undefined): void {
  const path = "spec.template";
  const labels = template?.metadata?.labels;
  if (!matches(selector, labels)) {
    const detail = "`selector` does not match template `labels`";
    throw invalid(`${path}.metadata.labels`, labels === undefined ? null : sorted(labels), detail);
  }
  const { containers, restartPolicy = "Always", activeDeadlineSeconds } = template?.spec ?? {};
  if (!Array.isArray(containers) || containers.length === 0) throw required(`${path}.spec.containers`);
  if (restartPolicy !== "Always") throw unsupported(`${path}.spec.restartPolicy`, restartPolicy, ["Always"]);
  if (activeDeadlineSeconds === undefined || activeDeadlineSeconds === null) return;
  throw forbidden(
    `${path}.spec.activeDeadlineSeconds`,
    "activeDeadlineSeconds in ReplicaSet is not Supported",
  );
}

/** Labels as field errors print them: by key. */
function sorted(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
