import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import type { Rollout } from "../../src/api/rollout.ts";
import { RolloutReader } from "../../src/rollout/reader.ts";

const key = "production/web";

function object(
  uid: string,
  generation: number | undefined,
  replicas: unknown,
  status: object = {},
): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { namespace: "production", name: "web", uid, ...(generation !== undefined && { generation }) },
    spec: { replicas },
    status,
  };
}

function readBy(reader: RolloutReader, one: KubeObject): Rollout {
  const read = reader.read(key, one);
  ok("rollout" in read);
  return read.rollout;
}

test("a reader reads a spec once for each generation, and the status each time", () => {
  const reader = new RolloutReader();
  const first = readBy(reader, object("a", 1, 3, { phase: "Progressing" }));
  const second = readBy(reader, object("a", 1, 3, { phase: "Healthy" }));
  equal(second.spec, first.spec);
  deepEqual(second.status, { phase: "Healthy" });
});

test("a reader reads one object once", () => {
  const reader = new RolloutReader();
  const one = object("a", 1, 3);
  equal(readBy(reader, one), readBy(reader, one));
  notEqual(readBy(reader, structuredClone(one)), readBy(reader, one));
});

const others: [name: string, next: KubeObject][] = [
  ["of another generation", object("a", 2, 4)],
  ["of another object of that name", object("b", 1, 4)],
  ["of an object without generation", object("a", undefined, 4)],
];
for (const [name, next] of others) {
  test(`a reader reads the spec ${name}`, () => {
    const reader = new RolloutReader();
    readBy(reader, object("a", 1, 3));
    equal(readBy(reader, next).spec.replicas, 4);
  });
}

test("a reader reads a spec again that it was to forget", () => {
  const reader = new RolloutReader();
  const first = readBy(reader, object("a", 1, 3));
  reader.forget(key);
  notEqual(readBy(reader, object("a", 1, 3)).spec, first.spec);
});

test("a reader says what is wrong, each time", () => {
  const reader = new RolloutReader();
  for (let time = 0; time < 2; time += 1) ok("problem" in reader.read(key, object("a", 1, "many")));
  ok("problem" in reader.read(key, object("a", 1, 3, { currentStepIndex: "first" })));
});
