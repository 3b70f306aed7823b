import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { labelsAndAnnotations, storedTemplate } from "../../../src/api/podTemplate/templateDefaults.ts";

/** Without the members that have no value. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const ref = { volumeName: "v", path: "p", key: "k" };

const cases: [name: string, container: object, stored: object][] = [
  [
    "a port without protocol",
    { ports: [{ containerPort: 1 }] },
    { ports: [{ containerPort: 1, protocol: "TCP" }] },
  ],
  ["a port with null for protocol", { ports: [{ protocol: null }] }, { ports: [{ protocol: "TCP" }] }],
  ["a port with a protocol", { ports: [{ protocol: "UDP" }] }, { ports: [{ protocol: "UDP" }] }],
  [
    "a gRPC liveness probe",
    { livenessProbe: { grpc: { port: 1 } } },
    { livenessProbe: { grpc: { port: 1, service: "" } } },
  ],
  ["a gRPC readiness probe", { readinessProbe: { grpc: {} } }, { readinessProbe: { grpc: { service: "" } } }],
  ["a gRPC start-up probe", { startupProbe: { grpc: {} } }, { startupProbe: { grpc: { service: "" } } }],
  [
    "a gRPC probe of a service",
    { startupProbe: { grpc: { service: "a" } } },
    { startupProbe: { grpc: { service: "a" } } },
  ],
  [
    "another probe",
    { livenessProbe: { tcpSocket: { port: 1 } } },
    { livenessProbe: { tcpSocket: { port: 1 } } },
  ],
  [
    "a variable from a file",
    { env: [{ name: "a", valueFrom: { fileKeyRef: ref } }] },
    { env: [{ name: "a", valueFrom: { fileKeyRef: { ...ref, optional: false } } }] },
  ],
  [
    "an optional variable from a file",
    { env: [{ valueFrom: { fileKeyRef: { optional: true } } }] },
    { env: [{ valueFrom: { fileKeyRef: { optional: true } } }] },
  ],
  ["another variable", { env: [{ name: "a", value: "b" }] }, { env: [{ name: "a", value: "b" }] }],
  [
    "what is malformed",
    { ports: "no", env: [1], livenessProbe: 2 },
    { ports: "no", env: [1], livenessProbe: 2 },
  ],
];
for (const [name, container, stored] of cases) {
  for (const list of ["containers", "initContainers", "ephemeralContainers"]) {
    test(`the stored template has the defaults of ${name} in ${list}`, () => {
      deepEqual(plain(storedTemplate({ spec: { [list]: [container] } })), {
        metadata: {},
        spec: { [list]: [stored] },
      });
    });
  }
}

test("the stored template keeps labels and annotations of its metadata", () => {
  const metadata = { labels: { a: "b" }, annotations: { c: "d" }, name: "x", creationTimestamp: null };
  deepEqual(storedTemplate({ metadata }).metadata, { labels: { a: "b" }, annotations: { c: "d" } });
  deepEqual(labelsAndAnnotations(undefined), {});
});

test("the stored template leaves the given one as it is", () => {
  const given = { spec: { containers: [{ ports: [{ containerPort: 1 }], livenessProbe: { grpc: {} } }] } };
  const before = JSON.stringify(given);
  storedTemplate(given);
  equal(JSON.stringify(given), before);
});
