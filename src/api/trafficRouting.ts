import * as z from "zod";
import { DeclarativeRouting } from "./declarativeRouting.ts";
import { type Infer, int32, list, maybe, needed, text, texts } from "./field.ts";
import { GatewayApiRouting } from "./gatewayApiRouting.ts";
import { IstioRouting } from "./istioRouting.ts";

/** The nginx ingress controller: a second Ingress with canary annotations. */
export const NginxRouting = z.object({
  stableIngress: text("The Ingress in front of the stable service. Either this or stableIngresses."),
  stableIngresses: list(z.string(), "Several such Ingresses; each gets a canary Ingress of its own."),
  annotationPrefix: text("The prefix of the annotations. Default nginx.ingress.kubernetes.io."),
  additionalIngressAnnotations: texts(
    "Annotations for the canary Ingress, given without prefix: canary-by-header: X-Canary.",
  ),
  canaryIngressAnnotations: texts("Annotations for the canary Ingress, taken as they are."),
});
export type NginxRouting = Infer<typeof NginxRouting>;

const Stickiness = z.object({
  enabled: needed(z.boolean(), "Whether a client stays with the version that it met first."),
  durationSeconds: needed(z.int(), "For how many seconds: 1 to 604800."),
});

/** The AWS load balancer controller: a forward action in the annotations of an Ingress. */
export const AlbRouting = z.object({
  ingress: text("The Ingress whose action is set. Either this or ingresses."),
  ingresses: list(z.string(), "Several such Ingresses."),
  servicePort: needed(z.int32(), "The port of the services that the action forwards to."),
  rootService: text(
    "The backend of the Ingress that names the action. Default stableService; needed with pingPong.",
  ),
  annotationPrefix: text("The prefix of the annotation. Default alb.ingress.kubernetes.io."),
  stickinessConfig: maybe(Stickiness, "Keeps a client at one version."),
});
export type AlbRouting = Infer<typeof AlbRouting>;

/** Service Mesh Interface: a TrafficSplit that the Rollout owns. */
export const SmiRouting = z.object({
  rootService: text("The service that clients talk to. Default stableService."),
  trafficSplitName: text("The name of the TrafficSplit. Default the name of the Rollout."),
});
export type SmiRouting = Infer<typeof SmiRouting>;

/** Ambassador (Emissary): a second Mapping with a weight. */
export const AmbassadorRouting = z.object({
  mappings: needed(z.array(z.string()), "The Mappings of the stable service, at least one."),
});
export type AmbassadorRouting = Infer<typeof AmbassadorRouting>;

const NamedNode = z.object({ name: needed(z.string(), "The name of the VirtualNode.") });

/** AWS App Mesh: the weights of a VirtualRouter and the pod selectors of two VirtualNodes. */
export const AppMeshRouting = z.object({
  virtualService: maybe(
    z.object({
      name: needed(z.string(), "The name of the VirtualService."),
      routes: list(z.string(), "The routes of its router that carry weights. Default all."),
    }),
    "The VirtualService whose router carries the weights.",
  ),
  virtualNodeGroup: maybe(
    z.object({
      canaryVirtualNodeRef: needed(NamedNode, "The VirtualNode of the canary pods."),
      stableVirtualNodeRef: needed(NamedNode, "The VirtualNode of the stable pods."),
    }),
    "The VirtualNodes whose selectors follow the versions.",
  ),
});
export type AppMeshRouting = Infer<typeof AppMeshRouting>;

/** Traefik: weights on the services of a TraefikService. */
export const TraefikRouting = z.object({
  weightedTraefikServiceName: needed(z.string(), "The weighted TraefikService that lists both services."),
});
export type TraefikRouting = Infer<typeof TraefikRouting>;

/** Apache APISIX: weights on the backends of an ApisixRoute. */
export const ApisixRouting = z.object({
  route: maybe(
    z.object({
      name: needed(z.string(), "The name of the ApisixRoute."),
      rules: list(z.string(), "The rules that carry weights. Default the one named like the route."),
    }),
    "The ApisixRoute that lists both services.",
  ),
});
export type ApisixRouting = Infer<typeof ApisixRouting>;

const ManagedRoute = z.object({
  name: needed(z.string(), "A name for setHeaderRoute or setMirrorRoute."),
});

/** Splits the traffic at a router instead of by the number of pods. Several routers may be set at once. */
export const TrafficRouting = z.object({
  managedRoutes: list(
    ManagedRoute,
    "The routes that steps may create; the first has precedence. All are removed at the end and on abort.",
  ),
  maxTrafficWeight: int32(
    "What all weights add up to. Default 100; other values need nginx, gatewayAPI, declarative or plugins.",
  ),
  alb: maybe(AlbRouting, "The AWS load balancer controller."),
  ambassador: maybe(AmbassadorRouting, "Ambassador (Emissary-ingress)."),
  apisix: maybe(ApisixRouting, "Apache APISIX."),
  appMesh: maybe(AppMeshRouting, "AWS App Mesh."),
  declarative: maybe(DeclarativeRouting, "Any other object that carries two weights."),
  gatewayAPI: maybe(GatewayApiRouting, "Gateway API routes."),
  istio: maybe(IstioRouting, "Istio VirtualServices."),
  nginx: maybe(NginxRouting, "The nginx ingress controller."),
  smi: maybe(SmiRouting, "A Service Mesh Interface TrafficSplit."),
  traefik: maybe(TraefikRouting, "A weighted TraefikService."),
  plugins: maybe(
    z.record(z.string(), z.unknown()),
    "Routers by plugin name. argoproj-labs/gatewayAPI is built in and takes the same fields as gatewayAPI.",
  ),
});
export type TrafficRouting = Infer<typeof TrafficRouting>;
