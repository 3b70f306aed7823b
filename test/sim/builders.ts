import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import type { Instant } from "../../src/api/time.ts";
import { instant } from "../../src/api/time.ts";
import { turn, VirtualClock } from "../../src/sim/clock.ts";
import { Cluster, type ClusterOptions } from "../../src/sim/cluster.ts";
import { prepareDefinitions } from "../../src/sim/definitions.ts";

/** When every cluster of these tests begins. */
export const t0: Instant = instant("2024-05-01T12:00:00Z");

/** A small CustomResourceDefinition with everything that the cluster knows about them. */
export const widgets: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets", shortNames: ["wd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: {
            specReplicasPath: ".spec.replicas",
            statusReplicasPath: ".status.replicas",
            labelSelectorPath: ".status.selector",
          },
        },
        additionalPrinterColumns: [
          { name: "Desired", type: "integer", jsonPath: ".spec.replicas" },
          { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
        ],
        schema: { openAPIV3Schema: widgetSchema() },
      },
    ],
  },
};

function widgetSchema(): object {
  return {
    type: "object",
    required: ["spec"],
    properties: {
      spec: {
        type: "object",
        required: ["size"],
        properties: {
          size: { type: "string", enum: ["small", "large"] },
          replicas: { type: "integer", format: "int32", minimum: 0, default: 1 },
          port: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
          host: {
            type: "string",
            pattern: "^[a-z.]+$",
            "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "host is immutable" }],
          },
          template: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          parts: {
            type: "array",
            maxItems: 3,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            items: {
              type: "object",
              required: ["name"],
              properties: {
                name: { type: "string", minLength: 1 },
                color: { type: "string", default: "grey" },
              },
            },
          },
        },
      },
      status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
  };
}

const prepared = prepareDefinitions([widgets]);

/** A cluster on a virtual clock that knows Widgets. */
export function cluster(options: Partial<ClusterOptions> = {}): Cluster {
  return new Cluster({ clock: new VirtualClock(t0), definitions: prepared, ...options });
}

/** A Widget; `spec` and `metadata` say what differs. */
export function widget(name: string, spec: object = {}, metadata: object = {}): KubeObject {
  return {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name, namespace: "default", ...metadata },
    spec: { size: "small", ...spec },
  };
}

/** A ReplicaSet of `app: NAME`; `metadata` says what differs. */
export function replicaSet(name: string, metadata: object = {}, spec: object = {}): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, namespace: "default", ...metadata },
    spec: { selector: { matchLabels: { app: name } }, template: podTemplate(name), ...spec },
  };
}

/** A pod template with one container. */
export function podTemplate(app: string, image = "web:1"): object {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: "web", image }] } };
}

/** A ConfigMap with one key. */
export function configMap(name: string, metadata: object = {}, data: object = { key: "value" }): KubeObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", ...metadata }, data };
}

/** The reference that makes `owner` the controller of another object. */
export function ownedBy(owner: KubeObject, blocking = true): object {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid } = metadata;
  return {
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: blocking }],
  };
}

/** A reference to an object in the namespace `default`. */
export function ref(apiVersion: string, kind: string, name: string): ObjectRef {
  return { apiVersion, kind, namespace: "default", name };
}

/** Waits until the collector and the watches have done all they have to. */
export const settled = turn;
