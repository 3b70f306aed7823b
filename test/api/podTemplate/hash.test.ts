import { equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { canonicalWriter } from "../../../src/api/podTemplate/canonical.ts";
import { hashOf, podTemplateHash, stepHash } from "../../../src/api/podTemplate/hash.ts";

type Hashes = [unset: string, zero: string, one: string];

const readiness = ',"readinessGates":[{"conditionType":"argoproj.io/e2e-readiness"}]';
const demo = (resources: string) =>
  '{"metadata":{"labels":{"app":"demo"}},"spec":{"containers":[{"name":"demo","image":"nginx:1.19-alpine",' +
  `"resources":${resources}}]}}`;
const small = (name: string, more = "") =>
  `{"metadata":{"labels":{"app":"${name}"}},"spec":{"containers":[{"name":"${name}",` +
  '"image":"nginx:1.19-alpine","ports":[{"name":"http","containerPort":80,"protocol":"TCP"}],' +
  `"resources":{"requests":{"cpu":"5m","memory":"16Mi"}}}]${more}}}`;
const rich =
  String.raw`{"metadata":{"labels":{"app":"demo","b":"2"},"annotations":{"x":"a\u003cb\u003e\u0026c"}},` +
  '"spec":{"containers":[{"name":"demo","image":"nginx:1.19-alpine",' +
  String.raw`"command":["sh","-c","echo 1 \u0026\u0026 echo 2 \u003e /tmp/x"],` +
  '"ports":[{"containerPort":80}],"resources":{},"livenessProbe":{"httpGet":{"path":"/","port":"http"}}}],' +
  '"terminationGracePeriodSeconds":0}}';

const golden: [name: string, bytes: string, hashes: Hashes][] = [
  ["the smallest", demo("{}"), ["8c9b79c5c", "599c86f59c", "86d9c78464"]],
  [
    "one with requests",
    demo('{"requests":{"cpu":"1","memory":"1Gi"}}'),
    ["6669768f6", "67c85c4df6", "7f84d77769"],
  ],
  ["one with text to escape", rich, ["5f4987b47c", "7fcfcff85", "756b6d8d48"]],
  ["one with a port", small("canary-scaledowndelay"), ["674d8cf959", "68785fb4f5", "dbc977b9d"]],
  [
    "one with a readiness gate",
    small("dynamic-stable-scale", readiness),
    ["6b56c8cdb4", "7c4c96874d", "fcf65f889"],
  ],
];
const writeTemplate = canonicalWriter("PodTemplateSpec", "drop");

for (const [name, bytes, [unset, zero, one]] of golden) {
  test(`a pod template, ${name}, has its golden bytes and hashes`, () => {
    equal(writeTemplate(turned(JSON.parse(bytes))), bytes);
    equal(hashOf(bytes), unset);
    equal(hashOf(bytes, 0), zero);
    equal(hashOf(bytes, 1), one);
  });
}

for (const [name, bytes, [unset, zero, one]] of golden.filter(([, bytes]) => bytes !== rich)) {
  test(`the hash of a pod template, ${name}, is the golden one`, () => {
    const template = turned(JSON.parse(bytes));
    equal(podTemplateHash(template), unset);
    equal(podTemplateHash(template, 0), zero);
    equal(podTemplateHash(template, 1), one);
  });
}

const template = (container: object, spec: object = {}, metadata: object = { labels: { app: "demo" } }) => ({
  metadata,
  spec: { containers: [{ name: "demo", image: "nginx:1.19-alpine", ...container }], ...spec },
});

const same: [name: string, one: unknown, other: unknown][] = [
  [
    "quantities written differently",
    template({ resources: { requests: { cpu: "1000m", memory: "1024Mi" } } }),
    template({ resources: { requests: { cpu: 1, memory: "1Gi" } } }),
  ],
  ["resources left out and empty", template({}), template({ resources: {} })],
  ["a default of the schema left out", ...ofPort({}, { protocol: "TCP" })],
  ["members without value", template({}), template({ env: [], command: null, tty: false, workingDir: "" })],
  ["unknown members", template({}), template({ imagined: 1 }, { alsoImagined: true })],
  [
    "metadata that no pod gets",
    template({}),
    template({}, {}, { creationTimestamp: null, name: "x", labels: { app: "demo" } }),
  ],
];
for (const [name, one, other] of same) {
  test(`the hash of a pod template is the same for ${name}`, () => {
    equal(podTemplateHash(one), podTemplateHash(other));
  });
}

const different: [name: string, one: unknown, other: unknown][] = [
  ["another image", template({}), template({ image: "nginx:1.20-alpine" })],
  ["another label", template({}), template({}, {}, { labels: { app: "demo", tier: "web" } })],
  ["another protocol", ...ofPort({}, { protocol: "UDP" })],
  ["a pointer set to zero", template({}), template({}, { terminationGracePeriodSeconds: 0 })],
  ["another order of containers", ...ofTwo()],
];
for (const [name, one, other] of different) {
  test(`the hash of a pod template is different for ${name}`, () => {
    notEqual(podTemplateHash(one), podTemplateHash(other));
  });
}

test("the seed manifest's hash is that of its stored template", () => {
  const seed = {
    metadata: { labels: { app: "my-api" } },
    spec: {
      containers: [
        { name: "my-api", image: "myregistry.com/my-api:v1.4.2", ports: [{ containerPort: 8080 }] },
      ],
    },
  };
  const stored =
    '{"metadata":{"labels":{"app":"my-api"}},"spec":{"containers":[{"name":"my-api",' +
    '"image":"myregistry.com/my-api:v1.4.2","ports":[{"containerPort":8080,"protocol":"TCP"}],' +
    '"resources":{}}]}}';
  equal(podTemplateHash(seed), hashOf(stored));
});

test("a template that is none has a hash all the same", () => {
  for (const nothing of [undefined, null, {}, "text"]) {
    equal(podTemplateHash(nothing), hashOf('{"metadata":{},"spec":{"containers":null}}'));
  }
});

const pluginStep = (config: string) =>
  '[{"setWeight":20},{"pause":{"duration":10}},{"pause":{"duration":"10s"}},' +
  '{"analysis":{"templates":[{"templateName":"a"}]}},{"setCanaryScale":{"weight":25}},' +
  '{"setCanaryScale":{"matchTrafficWeight":true}},' +
  '{"experiment":{"templates":[{"name":"b","specRef":"canary","metadata":{}}],"analysisRunMetadata":{}}},' +
  '{"setHeaderRoute":{"name":"h","match":[{"headerName":"x","headerValue":{"exact":"y"}}]}},' +
  `{"plugin":{"name":"org/p","config":${config}}}]`;

const goldenSteps: [bytes: string, hash: string][] = [
  ['[{"setWeight":20},{"pause":{}}]', "54649b9f5c"],
  ['[{"setWeight":10},{"pause":{}}]', "849b756fd4"],
  [
    '[{"setWeight":0},{"setHeaderRoute":{"name":"h"}},{"setMirrorRoute":{"name":"m","match":[' +
      '{"method":{"exact":"GET"},"headers":{"k":{"prefix":"v"}}}],"percentage":10}},' +
      '{"analysis":{"templates":[{"templateName":"a","clusterScope":true}],' +
      '"args":[{"name":"x","value":"1"},' +
      '{"name":"y","valueFrom":{"podTemplateHashValue":"Latest"}}]}}]',
    "757d847cfb",
  ],
];
for (const [bytes, hash] of goldenSteps) {
  test(`the hash of the steps ${bytes.slice(0, 40)}… is ${hash}`, () => {
    equal(stepHash(turned(JSON.parse(bytes)) as unknown[]), hash);
  });
}

test("no steps, none given and null are the same", () => {
  equal(hashOf("null"), "5ffbfbbd64");
  equal(stepHash(undefined), "5ffbfbbd64");
  equal(stepHash([]), "5ffbfbbd64");
});

test("the members of a plugin's config are hashed in sorted order", () => {
  equal(hashOf(pluginStep('{"b":1,"a":2}')), "9f7cdc759");
  const sorted = hashOf(pluginStep('{"a":2,"b":1}'));
  equal(stepHash(JSON.parse(pluginStep('{"b":1,"a":2}'))), sorted);
  equal(stepHash(JSON.parse(pluginStep('{"a":2,"b":1}'))), sorted);
});

test("a hash has letters for digits and no padding", () => {
  for (let count = 0; count < 200; count += 1) {
    equal(/^[456789bcdf]{1,10}$/.test(hashOf("text", count)), true);
  }
});

test("a hash is over UTF-8 bytes", () => {
  notEqual(hashOf("é"), hashOf("e"));
  notEqual(hashOf("é"), hashOf("é".normalize("NFD")));
});

/** The same JSON with the members of every object in the opposite order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, turned(member)]),
  );
}

function ofPort(one: object, other: object): [unknown, unknown] {
  const port = { containerPort: 80 };
  return [template({ ports: [{ ...port, ...one }] }), template({ ports: [{ ...port, ...other }] })];
}

function ofTwo(): [unknown, unknown] {
  const [a, b] = [{ name: "a" }, { name: "b" }];
  return [{ spec: { containers: [a, b] } }, { spec: { containers: [b, a] } }];
}
