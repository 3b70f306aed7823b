import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { schemaOf } from "../../src/api/crd.ts";
import { kinds } from "../../src/api/kinds.ts";
import { unknownFields } from "../../src/api/unknownFields.ts";

const [rollout] = kinds;
const schema = rollout === undefined ? {} : schemaOf(rollout);

test("unknown fields are named with their paths", () => {
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "web", annotations: { any: "thing" }, anything: 1 },
    specs: {},
    spec: {
      selector: { matchLabels: { any: "thing" } },
      template: { metadata: { name: "x" }, spec: { anything: 1 } },
      strategy: {
        canary: {
          maxSurge: "25%",
          steps: [{ setWeight: 1 }, { setWeigth: 2 }, { plugin: { name: "a/b", config: { anything: 1 } } }],
          trafficRouting: { plugins: { "a/b": { anything: 1 } }, ngnix: {} },
        },
      },
    },
  };
  deepEqual(unknownFields(schema, object), [
    "specs",
    "spec.template.metadata.name",
    "spec.strategy.canary.steps[1].setWeigth",
    "spec.strategy.canary.trafficRouting.ngnix",
  ]);
});

test("an object with known fields only has none", () => {
  deepEqual(unknownFields(schema, { kind: "Rollout", spec: { replicas: 1 } }), []);
});
