import { isJson, type Json } from "../api/json.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { invalid } from "../api/problem.ts";
import { listIn, textIn } from "./fields.ts";

/** Ingresses as they are read and written. */
export const ingressKind: KindRef = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };

/** The field of a Rollout where traffic routing stands, for messages. */
export const routingPath = "spec.strategy.canary.trafficRouting";

/** The name of the Service behind a path of a rule; undefined for a resource. */
export function serviceOf(path: unknown): string | undefined {
  return textIn(path, "backend", "service", "name");
}

/** The paths of a rule; none when it has no `http`. */
export function pathsOf(rule: unknown): readonly Json[] {
  return listIn(rule, "http", "paths");
}

/** Whether a path of any rule leads to the Service. The default backend does not count (trap T-33). */
export function usesService(ingress: KubeObject, service: string): boolean {
  return listIn(ingress, "spec", "rules").some((rule) =>
    pathsOf(rule).some((path) => serviceOf(path) === service),
  );
}

/** The rule with other paths; itself when it has none to change. */
export function withPaths(rule: Json, paths: readonly Json[]): Json {
  return isJson(rule["http"]) ? { ...rule, http: { ...rule["http"], paths } } : rule;
}

/** The Ingresses that a router names, whether in the field for one or in that for several. */
export function namesOf(one: string | undefined, several: readonly string[] | undefined): readonly string[] {
  return one === undefined || one === "" ? (several ?? []) : [one];
}

/** What the API server says about an Ingress that is not there. */
export function missingIngress(name: string): string {
  return `ingress.networking.k8s.io "${name}" not found`;
}

/** Refuses an Ingress that is missing or has no path to the Service (traffic-cli-ops 1.3). */
export function checkIngress(
  path: string,
  name: string,
  ingress: KubeObject | undefined,
  service: string,
): void {
  if (ingress === undefined) throw invalid(path, name, missingIngress(name));
  if (usesService(ingress, service)) return;
  throw invalid(path, name, `ingress \`${name}\` has no rules using service ${service} backend`);
}
