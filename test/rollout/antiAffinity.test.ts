import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { antiAffinityEffect, antiAffinityFor, avoidedIn } from "../../src/rollout/antiAffinity.ts";
import { digestOf, slimReplicaSet } from "../../src/rollout/slim.ts";
import { type View, viewOf } from "../../src/rollout/view.ts";
import { newHash, replicaSet, seen, t0 } from "../support/rolloutSeen.ts";

const hard = { requiredDuringSchedulingIgnoredDuringExecution: {} };
const soft = { preferredDuringSchedulingIgnoredDuringExecution: { weight: 7 } };

const term = (hash: string) => ({
  labelSelector: {
    matchExpressions: [{ key: "rollouts-pod-template-hash", operator: "In", values: [hash] }],
  },
  namespaces: ["shop"],
  topologyKey: "kubernetes.io/hostname",
});
const required = (...terms: object[]) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });
const preferred = (...terms: object[]) => ({
  preferredDuringSchedulingIgnoredDuringExecution: terms.map((podAffinityTerm) => ({
    weight: 7,
    podAffinityTerm,
  })),
});
const own = { topologyKey: "zone", labelSelector: { matchLabels: { app: "db" } } };
const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: {} };

/** What differs from a Rollout in an update from the version `old`, whose new pods keep off its nodes. */
interface Case {
  readonly antiAffinity?: object | undefined;
  readonly stable?: string;
  readonly affinity?: object;
  /** The hash in the ReplicaSet's term. */
  readonly has?: string | undefined;
  /** Whether the ReplicaSet is updated for another reason. */
  readonly isUpdated?: boolean;
}

function view({ stable = "old", affinity, isUpdated = false, ...given }: Case): View {
  const antiAffinity = "antiAffinity" in given ? given.antiAffinity : hard;
  const has = "has" in given ? given.has : "old";
  const podSpec = {
    containers: [],
    affinity: { podAntiAffinity: required(own, ...(has ? [term(has)] : [])) },
  };
  const fat = replicaSet({ hash: newHash, spec: { template: { metadata: {}, spec: podSpec } } });
  return viewOf(
    seen({
      spec: {
        strategy: { canary: antiAffinity === undefined ? {} : { antiAffinity } },
        ...(isUpdated && { minReadySeconds: 5 }),
      },
      status: { stableRS: stable, currentPodHash: newHash },
      replicaSets: [slimReplicaSet(fat)],
      more: { template: { spec: { containers: [], ...(affinity !== undefined && { affinity }) } } },
    }),
    t0,
  );
}

const born: [name: string, given: Case, want: unknown][] = [
  ["none where none is asked for", { antiAffinity: undefined }, undefined],
  ["none on the first deployment", { stable: "" }, undefined],
  ["none of the stable version itself", { stable: newHash }, undefined],
  ["a required one", {}, { podAntiAffinity: required(term("old")) }],
  ["a preferred one", { antiAffinity: soft }, { podAntiAffinity: preferred(term("old")) }],
  [
    "one beside those of the user",
    { affinity: { nodeAffinity, podAntiAffinity: required(own) } },
    { nodeAffinity, podAntiAffinity: required(own, term("old")) },
  ],
];
for (const [name, given, want] of born) {
  test(`a version is born with ${name}`, () => {
    const { affinity } = antiAffinityFor(view(given), view(given).seen.template?.spec ?? {});
    deepEqual(affinity, want);
  });
}

const no = {
  requiredDuringSchedulingIgnoredDuringExecution: null,
  preferredDuringSchedulingIgnoredDuringExecution: null,
};

const kept: [name: string, given: Case, want: unknown][] = [
  ["nothing when it avoids the stable version", {}, undefined],
  ["nothing after the promotion", { stable: newHash }, undefined],
  ["nothing more after the promotion, with another update", { stable: newHash, isUpdated: true }, null],
  ["nothing where the field is new", { has: undefined }, undefined],
  ["nothing where nothing is avoided", { antiAffinity: undefined, has: undefined }, undefined],
  ["another stable version", { stable: "newer" }, { podAntiAffinity: { ...no, ...required(term("newer")) } }],
  [
    "a stable version for the first time, with another update",
    { has: undefined, antiAffinity: soft, isUpdated: true },
    { podAntiAffinity: { ...no, ...preferred(term("old")) } },
  ],
  [
    "another stable version beside what the user wants",
    { stable: "newer", affinity: { nodeAffinity, podAntiAffinity: preferred(own) } },
    { nodeAffinity, podAntiAffinity: { ...preferred(own), ...required(term("newer")) } },
  ],
  ["nothing when the field was removed", { antiAffinity: undefined }, null],
  [
    "only what the user wants when the field was removed",
    { antiAffinity: undefined, affinity: { podAntiAffinity: required(own) } },
    { podAntiAffinity: { ...no, ...required(own) } },
  ],
  [
    "only the user's nodes when the field was removed",
    { antiAffinity: undefined, affinity: { nodeAffinity } },
    { nodeAffinity, podAntiAffinity: null },
  ],
];
for (const [name, given, want] of kept) {
  test(`the term of an existing version is written for ${name}`, () => {
    const [effect] = antiAffinityEffect(view(given));
    const body =
      effect?.do === "patch"
        ? (effect.body as { spec: { template: { spec: { affinity: unknown } } } })
        : undefined;
    deepEqual(body?.spec.template.spec.affinity, want);
  });
}

test("a cached ReplicaSet knows whom its pods avoid, and its digest does not depend on it", () => {
  const fat = (podSpec: object) =>
    replicaSet({ hash: newHash, spec: { template: { metadata: {}, spec: podSpec } } });
  const withTerm = slimReplicaSet(
    fat({ containers: [], affinity: { podAntiAffinity: preferred(term("old")) } }),
  );
  const without = slimReplicaSet(fat({ containers: [] }));
  equal((withTerm["spec"] as { avoidedHash?: string }).avoidedHash, "old");
  equal("avoidedHash" in (without["spec"] as object), false);
  equal(digestOf(withTerm), digestOf(without));
});

const specs: [name: string, podSpec: unknown, want: string | undefined][] = [
  ["no specification", undefined, undefined],
  ["no term", { affinity: { podAntiAffinity: {} } }, undefined],
  ["the user's terms", { affinity: { podAntiAffinity: required(own) } }, undefined],
  ["a required term", { affinity: { podAntiAffinity: required(own, term("a")) } }, "a"],
  ["a preferred term", { affinity: { podAntiAffinity: preferred(term("b")) } }, "b"],
];
for (const [name, podSpec, want] of specs) {
  test(`${name} avoids ${want ?? "nobody"}`, () => equal(avoidedIn(podSpec), want));
}
