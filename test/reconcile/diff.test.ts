import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { change, isSame, mergePatch } from "../../src/reconcile/diff.ts";

type Fields = Record<string, unknown>;

const patches: [name: string, from: Fields, to: Fields, patch: Fields | undefined][] = [
  ["of equal values is none", { a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1 }, undefined],
  ["adds", {}, { a: 1 }, { a: 1 }],
  ["changes only what differs", { a: 1, b: 2 }, { a: 1, b: 3 }, { b: 3 }],
  ["removes", { a: 1, b: 2 }, { a: 1 }, { b: null }],
  ["removes what is undefined", { a: 1 }, { a: undefined }, { a: null }],
  [
    "passes over what is absent on both sides",
    { a: null, b: undefined },
    { a: undefined, c: null },
    undefined,
  ],
  ["goes into fields", { a: { x: 1, y: 2 } }, { a: { x: 1, z: 3 } }, { a: { y: null, z: 3 } }],
  ["replaces lists as a whole", { a: [{ x: 1 }, 2] }, { a: [{ x: 1 }, 3] }, { a: [{ x: 1 }, 3] }],
  ["keeps an empty list apart from an absent one", {}, { a: [] }, { a: [] }],
  ["keeps an empty object apart from an absent one", {}, { a: {} }, { a: {} }],
  ["replaces a scalar by an object", { a: 1 }, { a: { b: 1 } }, { a: { b: 1 } }],
  ["replaces a list by an object", { a: [] }, { a: { b: 1 } }, { a: { b: 1 } }],
  ["replaces an object by a scalar", { a: { b: 1 } }, { a: false }, { a: false }],
  [
    "tells 0, empty text and false from absent",
    { a: 1, b: "x", c: true },
    { a: 0, b: "", c: false },
    { a: 0, b: "", c: false },
  ],
];
for (const [name, from, to, want] of patches)
  test(`a merge patch ${name}`, () => deepEqual(mergePatch(from, to), want));

const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web", namespace: "prod", resourceVersion: "7", labels: { app: "web" } },
  spec: { selector: { app: "web", hash: "a" }, ports: [{ port: 80, name: "http" }] },
};
const wishes: [name: string, desired: Fields, body: Fields | undefined][] = [
  ["nothing when the object carries it", { spec: { selector: { hash: "a" } } }, undefined],
  [
    "nothing for the same list in another order of fields",
    { spec: { ports: [{ name: "http", port: 80 }] } },
    undefined,
  ],
  ["nothing to remove what is absent", { spec: { selector: { old: null }, gone: { x: null } } }, undefined],
  ["nothing for what does not matter", { spec: { selector: undefined } }, undefined],
  ["nothing for an empty object", { spec: {}, more: {} }, undefined],
  [
    "only what differs",
    { spec: { selector: { app: "web", hash: "b" } } },
    { spec: { selector: { hash: "b" } } },
  ],
  ["what is to be removed", { spec: { selector: { hash: null } } }, { spec: { selector: { hash: null } } }],
  ["fields of an object that is not there", { a: { b: { c: 1, d: null } } }, { a: { b: { c: 1 } } }],
  ["a list that differs, whole", { spec: { ports: [{ port: 81 }] } }, { spec: { ports: [{ port: 81 }] } }],
  ["an object in place of something else", { spec: { ports: { a: 1 } } }, { spec: { ports: { a: 1 } } }],
];
for (const [name, desired, body] of wishes) {
  test(`change sends ${name}`, () => {
    const ref = { apiVersion: "v1", kind: "Service", namespace: "prod", name: "web" };
    const effect = { do: "patch", ref, type: "merge", body, why: "switch", ifVersion: "7" };
    deepEqual(change(service, desired, "switch", { ifVersion: "7" }), body === undefined ? [] : [effect]);
  });
}

test("values are the same whatever the order of fields, and differ by any leaf", () => {
  deepEqual(
    [
      isSame({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 }),
      isSame({ a: 1 }, { a: 1, b: 1 }),
      isSame([1], [1, 2]),
    ],
    [true, false, false],
  );
  deepEqual(
    [isSame({ a: undefined }, {}), isSame([], {}), isSame("1", 1), isSame({ a: 1 }, {})],
    [true, false, false, false],
  );
});
