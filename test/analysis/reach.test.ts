import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { finderIn, reachableTemplates } from "../../src/analysis/reach.ts";
import type { TemplateRef } from "../../src/analysis/types.ts";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";

function template(name: string, children: readonly TemplateRef[] = [], namespace?: string): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: namespace === undefined ? "ClusterAnalysisTemplate" : "AnalysisTemplate",
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: { metrics: [], templates: children },
  };
}

const there = [
  template("a", [{ templateName: "b" }, { templateName: "all", clusterScope: true }], "ns"),
  template("b", [{ templateName: "a" }, { templateName: "gone" }], "ns"),
  template("c", [], "other"),
  template("all"),
];

const cases: readonly [name: string, refs: readonly TemplateRef[], want: readonly string[]][] = [
  ["nothing", [], []],
  ["one and its children, each once, also in a circle", [{ templateName: "a" }], ["all", "ns/a", "ns/b"]],
  ["one of the cluster", [{ templateName: "all", clusterScope: true }], ["all"]],
  ["not one of another namespace", [{ templateName: "c" }], []],
  ["not one that is missing", [{ templateName: "gone" }], []],
];
for (const [name, refs, want] of cases) {
  test(`templates are reached: ${name}`, async () => {
    const get = ({ kind, namespace, name: named }: ObjectRef) =>
      there.find(
        (one) => one.kind === kind && one.metadata.name === named && one.metadata.namespace === namespace,
      );
    const ports = { cache: { watches: () => true, get } } as never;
    const found = await reachableTemplates(refs, "ns", ports);
    deepEqual([...found.keys()].sort(), want);
    const find = finderIn(found, "ns");
    const names = want.map((key) => find(key.replace("ns/", ""), key === "all") !== undefined);
    deepEqual(
      names,
      want.map(() => true),
    );
  });
}

for (const [trap, why, clusterScope] of [
  [77, "has the label of another controller", false],
  [78, "is one of the cluster, for a controller of one namespace", true],
] as const) {
  test(`analysis trap ${trap}: a template that ${why} is not there: no watch delivers it`, async () => {
    const asked: ObjectRef[] = [];
    const client = { get: async (ref: ObjectRef) => void asked.push(ref) };
    const ports = { cache: { watches: () => true, get: () => undefined }, client } as never;
    const found = await reachableTemplates([{ templateName: "t", clusterScope }], "ns", ports);
    deepEqual([found.size, asked], [0, []]);
  });
}
