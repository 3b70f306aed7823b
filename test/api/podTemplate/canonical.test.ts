import { equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { canonicalWriter, sortedJson } from "../../../src/api/podTemplate/canonical.ts";
import { memberOrder } from "../../../src/api/podTemplate/memberOrder.ts";

const cases: [name: string, type: string, value: unknown, written: string][] = [
  [
    "members in the order of the table",
    "KeyToPath",
    { path: "b", mode: 0, key: "a" },
    '{"key":"a","path":"b","mode":0}',
  ],
  ["required members when absent", "KeyToPath", {}, '{"key":"","path":""}'],
  ["required lists when absent and when empty", "NodeSelector", {}, '{"nodeSelectorTerms":null}'],
  ["required lists when empty", "NodeSelector", { nodeSelectorTerms: [] }, '{"nodeSelectorTerms":[]}'],
  ["no empty lists and maps", "LabelSelector", { matchLabels: {}, matchExpressions: [] }, "{}"],
  [
    "an empty object that is set",
    "PodAffinityTerm",
    { labelSelector: {} },
    '{"labelSelector":{},"topologyKey":""}',
  ],
  [
    "maps with sorted keys",
    "LabelSelector",
    { matchLabels: { b: "2", a: "" } },
    '{"matchLabels":{"a":"","b":"2"}}',
  ],
  ["a required pointer that is unset as null", "GRPCAction", { port: 80 }, '{"port":80,"service":null}'],
  ["a pointer to an empty text", "GRPCAction", { port: 80, service: "" }, '{"port":80,"service":""}'],
  [
    "null as absent",
    "ContainerPort",
    { name: null, containerPort: 80, hostPort: null },
    '{"containerPort":80}',
  ],
  ["no zeros", "ContainerPort", { name: "", containerPort: 0, hostPort: 0 }, '{"containerPort":0}'],
  ["no false", "VolumeMount", { name: "a", mountPath: "/", readOnly: false }, '{"name":"a","mountPath":"/"}'],
  [
    "a pointer to false",
    "ConfigMapEnvSource",
    { name: "a", optional: false },
    '{"name":"a","optional":false}',
  ],
  ["a port by number", "TCPSocketAction", { port: 80 }, '{"port":80}'],
  ["a port by name", "TCPSocketAction", { port: "80" }, '{"port":"80"}'],
  ["no port", "TCPSocketAction", {}, '{"port":0}'],
  ["a quantity that is absent", "ResourceFieldSelector", { resource: "x" }, '{"resource":"x","divisor":"0"}'],
  ["a quantity", "EmptyDirVolumeSource", { sizeLimit: "2048Ki" }, '{"sizeLimit":"2Mi"}'],
  ["quantities in maps", "ResourceRequirements", { limits: { cpu: 0.5 } }, '{"limits":{"cpu":"500m"}}'],
  [
    "whole numbers in lists",
    "ContainerRestartRuleOnExitCodes",
    { operator: "In", values: [0, 42] },
    '{"operator":"In","values":[0,42]}',
  ],
  ["null in a list of texts", "ExecAction", { command: ["a", null] }, '{"command":["a",""]}'],
  ["null in a list of objects", "NodeSelector", { nodeSelectorTerms: [null] }, '{"nodeSelectorTerms":[{}]}'],
  [
    "times in UTC seconds",
    "ObjectMeta",
    { creationTimestamp: "2024-01-01T01:00:00.5+01:00" },
    '{"creationTimestamp":"2024-01-01T00:00:00Z"}',
  ],
  ["no creation time that is null", "ObjectMeta", { creationTimestamp: null }, "{}"],
  [
    "any JSON with sorted keys",
    "PluginStep",
    { name: "p", config: { b: [{ d: 1, c: "<" }], a: null } },
    String.raw`{"name":"p","config":{"a":null,"b":[{"c":"\u003c","d":1}]}}`,
  ],
  ["what is no object as it stands", "Probe", "text", '"text"'],
  ["what is no list as it stands", "ExecAction", { command: { b: 1, a: 2 } }, '{"command":{"a":2,"b":1}}'],
  ["what is no map as it stands", "LabelSelector", { matchLabels: ["a"] }, '{"matchLabels":["a"]}'],
  ["what is no text as it stands", "EnvVar", { name: 5 }, '{"name":5}'],
];
for (const [name, type, value, written] of cases) {
  test(`canonical JSON writes ${name}`, () => equal(canonicalWriter(type, "drop")(value), written));
}

test("canonical JSON drops unknown members or keeps them, sorted, behind the known", () => {
  const value = { z: { b: 1, a: 2 }, value: "v", a: "<", name: "n" };
  equal(canonicalWriter("HTTPHeader", "drop")(value), '{"name":"n","value":"v"}');
  const kept = String.raw`{"name":"n","value":"v","a":"\u003c","z":{"a":2,"b":1}}`;
  equal(canonicalWriter("HTTPHeader", "keep")(value), kept);
});

const texts: [text: string, written: string][] = [
  ["plain text: 100 % !~", '"plain text: 100 % !~"'],
  ['<a href="x">&</a>', String.raw`"\u003ca href=\"x\"\u003e\u0026\u003c/a\u003e"`],
  ["\\ \n \t \b \f \r \u0001 \u007f", String.raw`"\\ \n \t \b \f \r \u0001 ${"\u007f"}"`],
  ["\u2028 \u2029", String.raw`"\u2028 \u2029"`],
  ["é € 😀", '"é € 😀"'],
  ["\ud800", '"\ufffd"'],
];
for (const [text, written] of texts) {
  test(`canonical JSON writes the text ${JSON.stringify(text)}`, () => equal(sortedJson(text), written));
}

test("every kind in the member table is a type of the table or a scalar", () => {
  const types = new Set([...memberOrder.matchAll(/^(\w+): /gm)].map(([, name]) => name));
  const kinds = [...memberOrder.matchAll(/\w+!?:(?:map:)?(?:\*|\[\])?(\w+)[,\n]/g)].map(([, kind]) => kind);
  const scalars = new Set(["s", "i", "b", "raw", "Time", "Quantity", "IntOrString"]);
  for (const kind of kinds) equal(types.has(kind) || scalars.has(kind ?? ""), true, kind);
  notEqual(kinds.length, 0);
});
