import type { IstioRouting, IstioVirtualService } from "../api/istioRouting.ts";
import type { KubeObject, ObjectRef } from "../api/object.ts";

/** A VirtualService by name and namespace, as `name` or `name.namespace` says (traffic-cli-ops 2.3.1). */
export function placeOf(
  text: string,
  namespace: string,
): { readonly name: string; readonly namespace: string } {
  const short = text.endsWith(".cluster.local") ? text.slice(0, -".cluster.local".length) : text;
  const dot = short.lastIndexOf(".");
  return dot < 0
    ? { name: short, namespace }
    : { name: short.slice(0, dot), namespace: short.slice(dot + 1) };
}

/** The VirtualServices, whether in the field for one or in that for several. */
export function virtualServicesOf({
  virtualService,
  virtualServices,
}: IstioRouting): readonly IstioVirtualService[] {
  return virtualService === undefined ? (virtualServices ?? []) : [virtualService];
}

/** The objects of the router: its VirtualServices, then its DestinationRule. */
export function istioRefs(config: IstioRouting, namespace: string, apiVersion: string): readonly ObjectRef[] {
  const services = virtualServicesOf(config).map(({ name }) => ({
    apiVersion,
    kind: "VirtualService",
    ...placeOf(name, namespace),
  }));
  const { destinationRule } = config;
  if (destinationRule === undefined) return services;
  return [...services, { apiVersion, kind: "DestinationRule", namespace, name: destinationRule.name }];
}

/** A VirtualService that is configured, and what was found under its name. */
export interface FoundService {
  readonly config: IstioVirtualService;
  readonly name: string;
  readonly object: KubeObject | undefined;
}

/** What was found, told apart. */
export interface Found {
  readonly services: readonly FoundService[];
  readonly rule: KubeObject | undefined;
}

/** Tells the objects of `istioRefs` apart. */
export function foundIn(
  config: IstioRouting,
  objects: readonly (KubeObject | undefined)[],
  namespace: string,
): Found {
  const all = virtualServicesOf(config);
  const services = all.map((one, index) => ({
    config: one,
    name: placeOf(one.name, namespace).name,
    object: objects[index],
  }));
  return { services, rule: config.destinationRule === undefined ? undefined : objects[all.length] };
}
