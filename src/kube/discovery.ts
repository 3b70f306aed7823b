import type { KindRef, ObjectRef } from "../api/object.ts";
import { ApiError } from "../reconcile/ports.ts";
import type { Transport } from "./transport.ts";

/** Where the objects of a kind are. */
export interface Resource {
  /** `/api/v1` or `/apis/GROUP/VERSION`. */
  readonly root: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The kinds that need no asking: their paths never change. */
const builtIn = new Map<string, readonly [plural: string, scope?: "cluster"]>([
  ["v1 Pod", ["pods"]],
  ["v1 Service", ["services"]],
  ["v1 Endpoints", ["endpoints"]],
  ["v1 ConfigMap", ["configmaps"]],
  ["v1 Secret", ["secrets"]],
  ["v1 Event", ["events"]],
  ["v1 Node", ["nodes", "cluster"]],
  ["v1 Namespace", ["namespaces", "cluster"]],
  ["v1 PodTemplate", ["podtemplates"]],
  ["v1 ServiceAccount", ["serviceaccounts"]],
  ["apps/v1 ReplicaSet", ["replicasets"]],
  ["apps/v1 Deployment", ["deployments"]],
  ["batch/v1 Job", ["jobs"]],
  ["coordination.k8s.io/v1 Lease", ["leases"]],
  ["discovery.k8s.io/v1 EndpointSlice", ["endpointslices"]],
  ["networking.k8s.io/v1 Ingress", ["ingresses"]],
  ["policy/v1 PodDisruptionBudget", ["poddisruptionbudgets"]],
  ["apiextensions.k8s.io/v1 CustomResourceDefinition", ["customresourcedefinitions", "cluster"]],
  ["argoproj.io/v1alpha1 Rollout", ["rollouts"]],
  ["argoproj.io/v1alpha1 AnalysisRun", ["analysisruns"]],
  ["argoproj.io/v1alpha1 AnalysisTemplate", ["analysistemplates"]],
  ["argoproj.io/v1alpha1 ClusterAnalysisTemplate", ["clusteranalysistemplates", "cluster"]],
  ["argoproj.io/v1alpha1 Experiment", ["experiments"]],
]);

/** What we read of an APIResourceList. */
interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/** Which path a kind has. What the server was asked for is remembered until `forget`. */
export class Discovery {
  readonly #transport: Transport;
  readonly #known = new Map<string, Resource>();

  constructor(transport: Transport) {
    this.#transport = transport;
    for (const [text, [plural, scope]] of builtIn) {
      const root = rootOf(text.slice(0, text.indexOf(" ")));
      this.#known.set(text, { root, plural, namespaced: scope !== "cluster" });
    }
  }

  /** The resource of a kind. Rejects with a 404 `ApiError` (kind unknown) where its CRD is not installed. */
  async resource(of: KindRef): Promise<Resource> {
    const known = this.#known.get(textOf(of));
    if (known !== undefined) return known;

    const root = rootOf(of.apiVersion);
    const reply = await this.#transport.request({ method: "GET", path: root }).catch((error: unknown) => {
      throw error instanceof ApiError && error.code === 404 ? unknownKind(of, error) : error;
    });
    for (const { name, kind, namespaced } of (reply.json as ResourceList).resources ?? []) {
      if (name.includes("/")) continue;
      this.#known.set(textOf({ apiVersion: of.apiVersion, kind }), { root, plural: name, namespaced });
    }
    const found = this.#known.get(textOf(of));
    if (found === undefined) throw unknownKind(of);
    return found;
  }

  /** The path of one object. */
  async pathOf(ref: ObjectRef): Promise<string> {
    return `${await this.collectionOf(ref, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  }

  /** The path of all objects of a kind, or of those in one namespace. */
  async collectionOf(kind: KindRef, namespace?: string): Promise<string> {
    const { root, plural, namespaced } = await this.resource(kind);
    const part = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
    return `${root}${part}/${plural}`;
  }

  /** Whether the kind always exists: a server that says otherwise is not to be believed. */
  isBuiltIn(of: KindRef): boolean {
    return builtIn.has(textOf(of));
  }

  /** Called when the server no longer serves the kind: it is asked again the next time. */
  forget(of: KindRef): void {
    if (!this.isBuiltIn(of)) this.#known.delete(textOf(of));
  }
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function textOf({ apiVersion, kind }: KindRef): string {
  return `${apiVersion} ${kind}`;
}

function unknownKind({ apiVersion, kind }: KindRef, cause?: unknown): ApiError {
  return new ApiError(404, "NotFound", `the server does not serve ${kind} in ${apiVersion}`, { cause });
}
