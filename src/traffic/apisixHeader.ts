import type { Json } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import type { KubeObject, OwnerReference } from "../api/object.ts";
import { fieldsIn, listIn, numberIn, textIn } from "./fields.ts";
import type { ManagedRoute, Wanted } from "./router.ts";

/**
 * The ApisixRoute of a header route: a copy of the base in which the rules that carry weights ask for the
 * headers too, come before those of the base, and lead to the canary alone (traffic-cli-ops 2.8).
 */
export function headerRoute(
  base: KubeObject,
  rules: readonly string[],
  { name, header }: ManagedRoute,
  owner: OwnerReference,
  { canaryService, stableService, namespace }: Wanted,
): KubeObject {
  const {
    [annotation.lastApplied]: _applied,
    [annotation.managedBy]: _ours,
    [annotation.routing]: _note,
    ...annotations
  } = base.metadata.annotations ?? {};
  const { labels } = base.metadata;
  const exprs = (header?.match ?? []).map(expression);
  const http = listIn(base, "spec", "http").map((rule): Json => {
    if (!rules.includes(String(rule["name"]))) return rule;
    const backends = listIn(rule, "backends")
      .filter((backend) => backend["serviceName"] !== stableService)
      .map((backend) => (backend["serviceName"] === canaryService ? { ...backend, weight: 100 } : backend));
    const priority = (numberIn(rule, "priority") ?? 0) + 1;
    return { ...rule, backends, priority, match: { ...fieldsIn(rule, "match"), exprs } };
  });
  return {
    apiVersion: base.apiVersion,
    kind: base.kind,
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [owner],
    },
    spec: { ...fieldsIn(base, "spec"), http },
  };
}

/** All expressions of a rule must hold. */
function expression(entry: unknown): Json {
  const subject = { scope: "Header", name: textIn(entry, "headerName") ?? "" };
  const exact = textIn(entry, "headerValue", "exact");
  if (exact !== undefined) return { subject, op: "Equal", value: exact };
  const prefix = textIn(entry, "headerValue", "prefix");
  const value = prefix === undefined ? (textIn(entry, "headerValue", "regex") ?? "") : `^${prefix}.*`;
  return { subject, op: "RegexMatch", value };
}
