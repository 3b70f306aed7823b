import type { KubeObject } from "../api/object.ts";
import { eventReason } from "../api/reasons.ts";
import type { EventNote } from "../reconcile/effect.ts";
import { fieldsIn, listIn, numberIn, textIn } from "./fields.ts";

/** A target group that stands for a Service: which targets it should have, and which it has. */
export interface Targets {
  readonly arn: string;
  readonly expected: readonly string[];
  /** What AWS has registered, or why it did not say. */
  readonly registered: ReadonlySet<string> | { readonly error: string };
}

/** A target group and the targets that it should have. */
export type ExpectedTargets = Pick<Targets, "arn" | "expected">;

/**
 * The target groups that TargetGroupBindings make of a Service, and their targets: every address of the
 * Service with the port of its pods (traffic-cli-ops 2.2.6). Only addresses of pods are looked at.
 */
export function expectedTargets(
  bindings: readonly KubeObject[],
  service: KubeObject,
  endpoints: KubeObject | undefined,
): readonly ExpectedTargets[] {
  const ports = listIn(service, "spec", "ports");
  return bindings.flatMap((binding) => {
    if (textIn(binding, "spec", "targetType") !== "ip") return [];
    if (textIn(binding, "spec", "serviceRef", "name") !== service.metadata.name) return [];
    const wanted = textIn(binding, "spec", "serviceRef", "port");
    const number = numberIn(fieldsIn(binding, "spec", "serviceRef"), "port");
    const port = ports.find(
      (one) => one["port"] === number || (wanted !== undefined && one["name"] === wanted),
    );
    if (port === undefined) return [];
    const arn = textIn(binding, "spec", "targetGroupARN") ?? "";
    return [{ arn, expected: addressesOf(endpoints, port) }];
  });
}

/** A named port of the pods is looked up where the addresses are. */
function addressesOf(endpoints: KubeObject | undefined, port: object): readonly string[] {
  const name = textIn(port, "name") ?? "";
  const target =
    numberIn(port, "targetPort") ??
    (textIn(port, "targetPort") === undefined ? numberIn(port, "port") : undefined);
  return listIn(endpoints, "subsets").flatMap((subset) => {
    const named = listIn(subset, "ports").find((one) => (one["name"] ?? "") === name);
    const at = target ?? numberIn(named, "port");
    const addresses = listIn(subset, "addresses").map((one) => textIn(one, "ip") ?? "");
    return at === undefined ? [] : addresses.map((address) => `${address}:${at}`);
  });
}

/** Whether all targets are registered, and what is told of each group. */
export function judgedTargets(
  service: string,
  groups: readonly Targets[],
): { readonly verified: boolean; readonly events: readonly EventNote[] } {
  const events = groups.map((group) => told(service, group));
  return { verified: events.every(({ type }) => type === "Normal"), events };
}

function told(service: string, { arn, expected, registered }: Targets): EventNote {
  const about = `Service ${service} (TargetGroup ${arn})`;
  if ("error" in registered) {
    const message = `Failed to verify ${about}: ${registered.error}`;
    return { type: "Warning", reason: eventReason.targetGroupVerifyError, message };
  }
  const count = expected.filter((target) => registered.has(target)).length;
  if (count === expected.length) {
    const message = `${about} verified: ${count} endpoints registered`;
    return { type: "Normal", reason: eventReason.targetGroupVerified, message };
  }
  const message = `${about} not verified: ${count}/${expected.length} endpoints registered`;
  return { type: "Warning", reason: eventReason.targetGroupUnverified, message };
}
