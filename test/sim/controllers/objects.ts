import type { KubeObject } from "../../../src/api/object.ts";
import { type Instant, instant, rfc3339 } from "../../../src/api/time.ts";

export const start: Instant = instant("2024-01-01T00:00:00Z");

/** So many seconds after the start. */
export function after(seconds: number): Instant {
  return (start + seconds * 1000) as Instant;
}

/** A pod of the test's owner, ready since so many seconds after the start; never when that is undefined. */
export function podOf(
  name: string,
  readyFrom?: number,
  more: Partial<KubeObject["metadata"]> = {},
): KubeObject {
  const ready =
    readyFrom === undefined
      ? { type: "Ready", status: "False" }
      : { type: "Ready", status: "True", lastTransitionTime: rfc3339(after(readyFrom)) };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "prod",
      uid: name,
      creationTimestamp: rfc3339(start),
      labels: { app: "web" },
      ...more,
    },
    spec: { containers: [{ name: "web", image: "web:1" }] },
    status: { phase: "Running", conditions: [ready], podIP: "10.0.0.1" },
  };
}

/** A workload `prod/web` of a kind with a pod template. */
export function workloadOf(apiVersion: string, kind: string, spec: object, status: object = {}): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name: "web", namespace: "prod", uid: "u1", resourceVersion: "7", generation: 3 },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1" }] },
      },
      ...spec,
    },
    status,
  };
}
