import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../../src/api/object.ts";
import { decideEndpoints } from "../../../src/sim/controllers/endpointSlice.ts";
import { jsonOf } from "../../../src/sim/json.ts";
import { podOf } from "./objects.ts";

function serviceOf(spec: object): KubeObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "prod", uid: "s1" }, spec };
}

const service = serviceOf({
  selector: { app: "web" },
  ports: [{ name: "http", port: 80, targetPort: 8080 }],
});

test("a Service without slice gets one with the addresses of its pods", () => {
  const pods = [podOf("b"), podOf("a", 0)];
  const [effect] = decideEndpoints({ service, pods, slice: undefined }).effects;
  const slice = effect?.do === "create" ? effect.object : undefined;
  deepEqual(slice?.metadata.labels?.["kubernetes.io/service-name"], "web");
  deepEqual(slice?.["ports"], [{ name: "http", port: 8080, protocol: "TCP" }]);
  const endpoints = slice?.["endpoints"] as { targetRef: { name: string }; conditions: { ready: boolean } }[];
  deepEqual(
    endpoints.map(({ targetRef, conditions }) => [targetRef.name, conditions.ready]),
    [
      ["a", true],
      ["b", false],
    ],
  );
});

test("a slice is changed when the pods have changed, and only then", () => {
  const [effect] = decideEndpoints({ service, pods: [podOf("a", 0)], slice: undefined }).effects;
  const slice = effect?.do === "create" ? effect.object : undefined;
  deepEqual(decideEndpoints({ service, pods: [podOf("a", 0)], slice }).effects, []);
  const [change] = decideEndpoints({ service, pods: [], slice }).effects;
  deepEqual(change?.do === "patch" ? change.body : undefined, { endpoints: [] });
});

test("a pod that is being deleted is not ready any more", () => {
  const going = podOf("a", 0, { deletionTimestamp: "2024-01-01T00:00:09Z" });
  const [effect] = decideEndpoints({ service, pods: [going], slice: undefined }).effects;
  const [endpoint] = (effect?.do === "create" ? effect.object["endpoints"] : []) as unknown[];
  deepEqual(jsonOf(endpoint)["conditions"], { ready: false, serving: true, terminating: true });
});

test("a target port by name is that of the container", () => {
  const named = serviceOf({ selector: { app: "web" }, ports: [{ port: 80, targetPort: "http" }] });
  const pod = podOf("a", 0);
  const spec = { containers: [{ name: "web", ports: [{ name: "http", containerPort: 3000 }] }] };
  const [effect] = decideEndpoints({ service: named, pods: [{ ...pod, spec }], slice: undefined }).effects;
  deepEqual(effect?.do === "create" ? effect.object["ports"] : [], [
    { name: "", port: 3000, protocol: "TCP" },
  ]);
});

test("a Service without selector has no slice of ours", () => {
  deepEqual(decideEndpoints({ service: serviceOf({ ports: [] }), pods: [], slice: undefined }).effects, []);
});
