import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { decoded } from "../../../src/sim/builtins/decode.ts";
import { builtInSchemas } from "../../../src/sim/builtins/index.ts";
import { schemaNode } from "../../../src/sim/schema.ts";

const schema = schemaNode({ $ref: "io.k8s.api.apps.v1.Deployment" }, builtInSchemas);
const kind = { version: "v1", kind: "Deployment" };

test("reading drops what nobody knows and what says nothing, and gives quantities their stored form", () => {
  const limits = { cpu: "1000m", memory: 1024 };
  const spec = { containers: [{ name: "a", image: "", stdin: false, env: [], resources: { limits } }], x: 1 };
  const template = { metadata: { creationTimestamp: null, labels: {} }, spec };
  const read = decoded({ spec: { replicas: 0, paused: false, template } }, schema, kind);
  const container = { name: "a", resources: { limits: { cpu: "1", memory: "1024" } } };
  deepEqual(read, { spec: { replicas: 0, template: { metadata: {}, spec: { containers: [container] } } } });
});

test("reading names the field and type that is wrong", () => {
  const message =
    'Deployment in version "v1" cannot be handled as a Deployment: json: ' +
    "cannot unmarshal bool into Go struct field DeploymentSpec.spec.replicas of type int32";
  throws(() => decoded({ spec: { replicas: true } }, schema, kind), { code: 400, message });
});

test("what is shared with the object as it was is not read again", () => {
  const old = decoded({ spec: { replicas: 1 } }, schema, kind);
  const spec = old["spec"];
  equal(decoded({ spec, metadata: { labels: { a: "b" } } }, schema, kind, old)["spec"], spec);
});
