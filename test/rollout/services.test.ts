import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { decided, type Midway, newHash, oldHash, service } from "./seen.ts";

/** The switches of a plan as `name→version`. */
function switches(options: Midway): readonly string[] {
  return decided(options).effects.flatMap((effect) => {
    if (effect.do !== "patch" || effect.ref.kind !== "Service") return [];
    const { selector } = (effect.body as { spec: { selector: Readonly<Record<string, string>> } }).spec;
    const [hash] = Object.values(selector);
    return [`${effect.ref.name}→${hash === newHash ? "new" : hash === oldHash ? "old" : hash}`];
  });
}

const named = { canaryService: "c", stableService: "s" };
const at = (c: string, s: string) => ({ services: { c, s } });
const foreign = (c: string) => ({
  more: {
    services: new Map([
      ["c", service("c", c, {})],
      ["s", service("s", oldHash)],
    ]),
  },
});
const promoted: Midway = { stable: "same", new: "4/4", status: { currentStepIndex: 2 } };
const pair = { pingPong: { pingService: "ping", pongService: "pong" }, canaryService: "", stableService: "" };
/** Another version between carries the traffic still. */
const between: Midway = { others: { mid: "3/3" } };
const weights = (canary: number, hash: string) => ({
  canary: {
    weights: { canary: { weight: canary, podTemplateHash: hash }, stable: { weight: 100 - canary } },
  },
});

/** The table of rollout-core 11.3, and 14.6. */
const rows: readonly [name: string, given: Midway, want: readonly string[]][] = [
  ["canary to new", { canary: named, ...at(oldHash, oldHash) }, ["c→new"]],
  [
    "canary stays with one that has no available pod",
    { canary: named, new: "1/0", ...at(oldHash, oldHash) },
    [],
  ],
  ["canary to new with one of two pods", { canary: named, new: "2/1", ...at(oldHash, oldHash) }, ["c→new"]],
  ["stable to stable", { canary: named, ...at(newHash, newHash) }, ["s→old"]],
  [
    "stable stays while the stable one has no pod",
    { canary: named, stable: "4/0", ...at(newHash, newHash) },
    [],
  ],
  ["nothing to do", { canary: named, ...at(newHash, oldHash) }, []],
  ["a foreign one waits for all pods (T-68)", { canary: named, new: "2/1", ...foreign("") }, []],
  ["a foreign one with all pods", { canary: named, ...foreign("") }, ["c→new"]],
  ["a foreign one that selects it already", { canary: named, ...foreign(newHash) }, []],
  ["not named", { canary: {}, ...at(oldHash, newHash) }, []],
  ["aborted without router", { canary: named, status: { abort: true }, ...at(newHash, oldHash) }, ["c→old"]],
  [
    "aborted with routing but no router",
    { canary: { ...named, trafficRouting: {} }, status: { abort: true }, ...at(newHash, oldHash) },
    ["c→old"],
  ],
  [
    "aborted with router",
    { canary: named, stable: "4/3", weight: 25, status: { abort: true }, ...at(newHash, oldHash) },
    ["c→old"],
  ],
  [
    "aborted with router while stable cannot carry the traffic",
    { canary: named, stable: "4/0", weight: 25, status: { abort: true }, ...at(newHash, oldHash) },
    [],
  ],
  [
    "aborted with router, no traffic to lose",
    { canary: named, stable: "4/0", weight: 0, status: { abort: true }, ...at(newHash, oldHash) },
    ["c→old"],
  ],
  [
    "aborted with a dynamic stable while weight is left",
    {
      canary: { ...named, dynamicStableScale: true },
      new: "3/3",
      stable: "1/1",
      weight: 75,
      status: { abort: true, ...weights(75, newHash) },
      ...at(newHash, oldHash),
    },
    [],
  ],
  [
    "back to stable with a dynamic one that still grows",
    {
      ...promoted,
      new: "4/1",
      canary: { ...named, dynamicStableScale: true },
      weight: 75,
      status: { currentStepIndex: 2, ...weights(75, "other") },
      ...at("other", newHash),
    },
    [],
  ],
  ["promoted", { ...promoted, canary: named, ...at(oldHash, oldHash) }, ["s→new", "c→new"]],
  [
    "before the first promotion",
    { stable: null, canary: named, status: { stableRS: "" }, ...at("", "") },
    [],
  ],
  [
    "ping for the first update",
    { canary: pair, weight: 0, new: "1/0", services: { ping: oldHash, pong: oldHash } },
    ["ping→new"],
  ],
  [
    "pong while ping is stable",
    {
      canary: pair,
      weight: 0,
      services: { ping: oldHash, pong: "" },
      status: { canary: { stablePingPong: "ping" } },
    },
    ["pong→new"],
  ],
  [
    "no side of a pair once promoted",
    { ...promoted, canary: pair, weight: 0, services: { ping: newHash, pong: oldHash } },
    [],
  ],
  [
    "the stable side of a pair that was not turned before the promotion",
    {
      ...promoted,
      canary: pair,
      weight: 0,
      services: { ping: oldHash, pong: "" },
      status: { ...promoted.status, canary: { stablePingPong: "pong" } },
    },
    ["pong→new"],
  ],
  [
    "a newer version after the weight has fallen",
    { canary: named, weight: 60, ...between, ...at("mid", oldHash) },
    ["c→new"],
  ],
  [
    "not a newer version with fewer pods while the weight cannot fall",
    { canary: named, weight: 60, ...between, stable: "4/2", ...at("mid", oldHash) },
    [],
  ],
  [
    "a newer version while the weight cannot fall, where the one that carries it has lost its pods",
    { canary: named, weight: 60, ...between, others: { mid: "3/0" }, stable: "4/2", ...at("mid", oldHash) },
    ["c→new"],
  ],
  [
    "ping not to an empty newer version while the weight cannot fall",
    {
      canary: pair,
      weight: 60,
      ...between,
      new: "1/0",
      stable: "4/2",
      services: { ping: "mid", pong: oldHash },
    },
    [],
  ],
  [
    "ping not to an empty newer version, although the one that carries it has lost its pods too",
    {
      canary: pair,
      weight: 60,
      ...between,
      new: "1/0",
      others: { mid: "3/0" },
      stable: "4/2",
      services: { ping: "mid", pong: oldHash },
    },
    [],
  ],
];
for (const [name, given, want] of rows) {
  test(`services: ${name}`, () => deepEqual(switches(given), want));
}

test("services: the first switch notes whose Service it is, later ones do not", () => {
  const bodies = (given: Midway) =>
    decided(given).effects.flatMap((effect) =>
      effect.do === "patch" && effect.ref.kind === "Service" ? [effect.body] : [],
    );
  const selector = { "rollouts-pod-template-hash": newHash };
  deepEqual(bodies({ canary: named, ...foreign("") }), [
    {
      metadata: { annotations: { "argo-rollouts.argoproj.io/managed-by-rollouts": "web" } },
      spec: { selector },
    },
  ]);
  deepEqual(bodies({ canary: named, ...at(oldHash, oldHash) }), [{ spec: { selector } }]);
});

test("services: where the weight falls it goes first", () => {
  const { effects } = decided({ canary: named, weight: 60, ...between, ...at("mid", oldHash) });
  deepEqual(
    effects.slice(0, 2).map(({ why }) => why),
    ["send 25", `point c to ${newHash}`],
  );
});
