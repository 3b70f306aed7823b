import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import {
  type Injected,
  normalisedTemplate,
  templateDigest,
} from "../../../src/api/podTemplate/templateDigest.ts";

interface Parts {
  readonly labels?: object;
  readonly annotations?: object;
  readonly metadata?: object;
  readonly spec?: object;
  readonly container?: object;
}

/** A pod template as the API server returns it; states only what differs. */
function template({ labels, annotations, metadata, spec, container }: Parts = {}) {
  return {
    metadata: { labels: { app: "web", ...labels }, ...(annotations && { annotations }), ...metadata },
    spec: {
      containers: [
        { name: "web", image: "web:1", terminationMessagePath: "/dev/log", resources: {}, ...container },
      ],
      dnsPolicy: "ClusterFirst",
      securityContext: {},
      ...spec,
    },
  };
}

const hashKey = "rollouts-pod-template-hash";
const injectedTerm = {
  labelSelector: { matchExpressions: [{ key: hashKey, operator: "In", values: ["6d8f"] }] },
  namespaces: ["production"],
  topologyKey: "kubernetes.io/hostname",
};
const ownTerm = { labelSelector: { matchLabels: { app: "db" } }, topologyKey: "kubernetes.io/hostname" };
const required = (...terms: object[]) => ({
  podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms },
});
const preferred = (...terms: object[]) => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: terms.map((podAffinityTerm) => ({
      weight: 1,
      podAffinityTerm,
    })),
  },
});
const nodeAffinity = { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }] };
const role: Injected = { ephemeral: { labels: { role: "canary" }, annotations: { note: "x" } } };

const same: [name: string, replicaSet: unknown, wanted: unknown, injected?: Injected][] = [
  ["the hash label", template({ labels: { [hashKey]: "6d8f" } }), template()],
  [
    "the deprecated serviceAccount",
    template({ spec: { serviceAccountName: "a", serviceAccount: "a" } }),
    template({ spec: { serviceAccountName: "a" } }),
  ],
  [
    "injected labels and annotations",
    template({ labels: { role: "canary" }, annotations: { note: "x" } }),
    template(),
    role,
  ],
  [
    "injected metadata beside the user's",
    template({ annotations: { note: "x", mine: "y" } }),
    template({ annotations: { mine: "y" } }),
    role,
  ],
  ["an injected required term", template({ spec: { affinity: required(injectedTerm) } }), template()],
  ["an injected preferred term", template({ spec: { affinity: preferred(injectedTerm) } }), template()],
  [
    "an injected term behind the user's",
    template({ spec: { affinity: required(ownTerm, injectedTerm) } }),
    template({ spec: { affinity: required(ownTerm) } }),
  ],
  [
    "an injected preferred term behind the user's",
    template({ spec: { affinity: preferred(ownTerm, injectedTerm) } }),
    template({ spec: { affinity: preferred(ownTerm) } }),
  ],
  [
    "an injected term beside node affinity",
    template({ spec: { affinity: { nodeAffinity, ...required(injectedTerm) } } }),
    template({ spec: { affinity: { nodeAffinity } } }),
  ],
  [
    "an injected term where affinity was empty",
    template({ spec: { affinity: required(injectedTerm) } }),
    template({ spec: { affinity: {} } }),
  ],
  [
    "an injected term where anti-affinity was empty",
    template({ spec: { affinity: required(injectedTerm) } }),
    template({ spec: { affinity: { podAntiAffinity: {} } } }),
  ],
  [
    "terms against different stable hashes",
    template({ spec: { affinity: required(injectedTerm) } }),
    template({ spec: { affinity: required({ ...injectedTerm, namespaces: ["other"] }) } }),
  ],
  ["a creation time", template({ metadata: { creationTimestamp: null } }), template()],
  [
    "empty lists, maps and texts",
    template({ annotations: {}, container: { env: [], workingDir: "", stdin: false } }),
    template(),
  ],
  [
    "quantities written differently",
    template({ container: { resources: { limits: { cpu: "1000m" } } } }),
    template({ container: { resources: { limits: { cpu: 1 } } } }),
  ],
  ["another order of members", { spec: template().spec, metadata: template().metadata }, template()],
];
for (const [name, replicaSet, wanted, injected] of same) {
  test(`the digest of a pod template is the same for ${name}`, () => {
    equal(templateDigest(replicaSet, injected), templateDigest(wanted));
  });
}

const selecting = (term: object) => template({ spec: { affinity: required(term) } });
const different: [name: string, one: unknown, other: unknown, injected?: Injected][] = [
  ["another image", template({ container: { image: "web:2" } }), template()],
  ["another label", template({ labels: { tier: "a" } }), template()],
  [
    "a label that is not recorded as injected",
    template({ labels: { role: "canary", zone: "a" } }),
    template(),
    role,
  ],
  ["another serviceAccountName", template({ spec: { serviceAccountName: "a" } }), template()],
  ["an own anti-affinity term", template({ spec: { affinity: required(ownTerm) } }), template()],
  ["another default", template({ container: { terminationMessagePath: "/log" } }), template()],
  ["a pointer set to false", template({ spec: { enableServiceLinks: false } }), template()],
  ["a member newer than this release", template({ spec: { imagined: { a: 1 } } }), template()],
  [
    "a selector of everything and none",
    selecting({ labelSelector: {}, topologyKey: "a" }),
    selecting({ topologyKey: "a" }),
  ],
];
for (const [name, one, other, injected] of different) {
  test(`the digest of a pod template is different for ${name}`, () => {
    notEqual(templateDigest(one, injected), templateDigest(other));
  });
}

test("a term of the user's that names the hash among other things is theirs", () => {
  const expressions = [...injectedTerm.labelSelector.matchExpressions, { key: "app", operator: "Exists" }];
  const term = { ...injectedTerm, labelSelector: { matchExpressions: expressions } };
  notEqual(templateDigest(selecting(term)), templateDigest(template()));
});

test("a normalised template is the user's own, and the given one stays as it is", () => {
  const given = template({
    labels: { [hashKey]: "6d8f", role: "canary" },
    annotations: { note: "x", mine: "y" },
    spec: { serviceAccount: "a", serviceAccountName: "a", affinity: required(injectedTerm) },
  });
  const before = JSON.stringify(given);
  const own = template({ annotations: { mine: "y" }, spec: { serviceAccountName: "a" } });
  deepEqual(JSON.parse(JSON.stringify(normalisedTemplate(given, role))), own);
  equal(JSON.stringify(given), before);
});

test("a template that is none has a digest all the same", () => {
  equal(templateDigest(undefined), templateDigest({}));
});
