import type { KubeObject } from "../../api/object.ts";
import { definitionRules } from "../crd/definition.ts";
import { isJson, jsonOf } from "../json.ts";
import type { Resource, Rules } from "../resource.ts";
import { begunWith, conditionTimes, plainRules, withOldStatus } from "../rules.ts";
import { schemaNode } from "../schema.ts";
import {
  autoscalerCauses,
  budgetCauses,
  completedAutoscaler,
  completedBinding,
  completedEndpointSlice,
  completedEndpoints,
  completedEvent,
  completedNamespace,
  completedSecret,
  dataCauses,
  endpointSliceCauses,
  eventCauses,
} from "./core.ts";
import { decoded } from "./decode.ts";
import { templateCauses } from "./podChecks.ts";
import { completedTemplate } from "./podSpec.ts";
import { begunPod, completedPod, podCauses } from "./pods.ts";
import schemas from "./schemas.json" with { type: "json" };
import { carriedService, completedService, ingressCauses, serviceCauses } from "./services.ts";
import {
  completedDeployment,
  completedJob,
  completedReplicaSet,
  countCauses,
  deploymentCauses,
  jobCauses,
  scaledCauses,
} from "./workloads.ts";

/** How a built-in resource differs from a plain, namespaced one without status. */
interface Trait {
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly global?: boolean;
  /** What the status of a new object is; naming it gives the resource a status subresource. */
  readonly status?: object | null;
  readonly scale?: boolean;
  readonly rules?: Partial<Rules>;
}

/** One built-in resource: `package` is where the Kubernetes schemas keep its group. */
function builtIn(apiGroup: string, version: string, kind: string, trait: Trait = {}): Resource {
  const [group = "", home = apiGroup.split(".")[0]] = apiGroup.split("=");
  const schema = schemaNode(
    { $ref: definitionOf(home === "" ? "core" : (home ?? ""), version, kind) },
    schemas,
  );
  const plural = pluralOf(kind);
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: trait.shortNames ?? [],
    categories: trait.categories ?? [],
    namespaced: trait.global !== true,
    hasStatus: trait.status !== undefined,
    scale: trait.scale === true ? scalePaths : undefined,
    schema,
    columns: [],
    custom: false,
    rules: rulesOf(trait, (object, old) => decoded(object, schema, { version, kind }, old)),
  };
}

function rulesOf(trait: Trait, decode: Rules["decode"]): Rules {
  const { status, rules } = trait;
  const rest = { ...plainRules, decode, ...rules };
  if (status === undefined) return rest;
  return {
    ...rest,
    begin: rules?.begin ?? begunWith(isJson(status) ? status : undefined),
    carry: (object, old) => (rules?.carry ?? keep)(withOldStatus(object, old), old),
  };
}

function keep(object: KubeObject): KubeObject {
  return object;
}

function definitionOf(home: string, version: string, kind: string): string {
  if (home === "apiextensions")
    return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${kind}`;
  return `io.k8s.api.${home}.${version}.${kind}`;
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith("endpoints")) return name;
  return name.endsWith("s") ? `${name}es` : `${name}s`;
}

const scalePaths = {
  replicas: ["spec", "replicas"],
  current: ["status", "replicas"],
  selector: ["spec", "selector"],
};
const all = ["all"];
const counts = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
const rbac = "rbac.authorization.k8s.io=rbac";
const path = { naming: "path" } as const;

/** A PodTemplate with its defaults. */
function completedPodTemplate(object: KubeObject): KubeObject {
  return { ...object, template: completedTemplate(jsonOf(object["template"])) };
}

/** Every built-in resource. A new one is a line here and its schema in `schemas.json`. */
export const builtInResources: readonly Resource[] = [
  builtIn("", "v1", "Namespace", {
    shortNames: ["ns"],
    global: true,
    status: { phase: "Active" },
    rules: { naming: "label", complete: completedNamespace, returnsDeleted: true },
  }),
  builtIn("", "v1", "Pod", {
    shortNames: ["po"],
    categories: all,
    status: {},
    rules: {
      generation: true,
      begin: begunPod,
      complete: completedPod,
      completeStatus: conditionTimes("lastProbeTime", "lastTransitionTime"),
      check: podCauses,
      returnsDeleted: true,
    },
  }),
  builtIn("", "v1", "Service", {
    shortNames: ["svc"],
    categories: all,
    status: { loadBalancer: {} },
    rules: {
      naming: "rfc1035",
      carry: carriedService,
      complete: completedService,
      check: serviceCauses,
      returnsDeleted: true,
    },
  }),
  builtIn("", "v1", "Endpoints", { shortNames: ["ep"], rules: { complete: completedEndpoints } }),
  builtIn("", "v1", "Secret", { rules: { complete: completedSecret, check: dataCauses } }),
  builtIn("", "v1", "ConfigMap", { shortNames: ["cm"], rules: { check: dataCauses } }),
  builtIn("", "v1", "ServiceAccount", { shortNames: ["sa"], rules: { returnsDeleted: true } }),
  builtIn("", "v1", "Event", { shortNames: ["ev"], rules: { complete: completedEvent, check: eventCauses } }),
  builtIn("", "v1", "PodTemplate", {
    rules: {
      generation: true,
      complete: completedPodTemplate,
      check: (object) =>
        templateCauses(jsonOf(object["template"]), "template", ["Always", "OnFailure", "Never"]),
      returnsDeleted: true,
    },
  }),
  builtIn("apps", "v1", "Deployment", {
    shortNames: ["deploy"],
    categories: all,
    status: {},
    scale: true,
    rules: {
      generation: true,
      complete: completedDeployment,
      completeStatus: conditionTimes("lastUpdateTime", "lastTransitionTime"),
      check: deploymentCauses,
      checkStatus: countCauses,
    },
  }),
  builtIn("apps", "v1", "ReplicaSet", {
    shortNames: ["rs"],
    categories: all,
    status: { replicas: 0 },
    scale: true,
    rules: {
      generation: true,
      complete: completedReplicaSet,
      completeStatus: conditionTimes("lastTransitionTime"),
      check: scaledCauses,
      checkStatus: countCauses,
    },
  }),
  builtIn("batch", "v1", "Job", {
    categories: all,
    status: {},
    rules: {
      generation: true,
      complete: completedJob,
      completeStatus: conditionTimes("lastProbeTime", "lastTransitionTime"),
      check: jobCauses,
      propagation: "Orphan",
    },
  }),
  builtIn("coordination.k8s.io", "v1", "Lease", { rules: { unconditional: false } }),
  builtIn("discovery.k8s.io", "v1", "EndpointSlice", {
    rules: { generation: true, complete: completedEndpointSlice, check: endpointSliceCauses },
  }),
  builtIn("networking.k8s.io", "v1", "Ingress", {
    shortNames: ["ing"],
    status: { loadBalancer: {} },
    rules: { generation: true, check: ingressCauses },
  }),
  builtIn("autoscaling", "v2", "HorizontalPodAutoscaler", {
    shortNames: ["hpa"],
    categories: all,
    status: { currentMetrics: null, desiredReplicas: 0 },
    rules: { complete: completedAutoscaler, check: autoscalerCauses },
  }),
  builtIn("policy", "v1", "PodDisruptionBudget", {
    shortNames: ["pdb"],
    status: counts,
    rules: { generation: true, check: budgetCauses },
  }),
  builtIn("apiextensions.k8s.io", "v1", "CustomResourceDefinition", {
    shortNames: ["crd", "crds"],
    categories: ["api-extensions"],
    global: true,
    status: {},
    rules: definitionRules,
  }),
  builtIn(rbac, "v1", "Role", { rules: path }),
  builtIn(rbac, "v1", "RoleBinding", { rules: { ...path, complete: completedBinding } }),
  builtIn(rbac, "v1", "ClusterRole", { global: true, rules: path }),
  builtIn(rbac, "v1", "ClusterRoleBinding", { global: true, rules: { ...path, complete: completedBinding } }),
];

/** The Kubernetes schemas that the built-in kinds refer to, by name. */
export const builtInSchemas: Readonly<Record<string, unknown>> = schemas;
