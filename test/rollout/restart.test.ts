import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import type { Outcome } from "../../src/reconcile/plan.ts";
import { type Restart, restartFor, restartIsDue } from "../../src/rollout/restart.ts";
import { viewOf } from "../../src/rollout/view.ts";
import { newHash, pod, replicaSet, secondsIn, seen, timeAt } from "../support/rolloutSeen.ts";

const many = (count: number, hash: string, options: object = {}) =>
  Array.from({ length: count }, (_, index) => pod(`${hash}-${index}`, { hash, ...options }));

const one = { maxSurge: 1, maxUnavailable: 1 };
const none = { maxSurge: 1, maxUnavailable: 0 };

/** A Rollout of four old pods, restarted at the beginning, looked at ten seconds later. */
interface Case {
  readonly spec?: object;
  readonly status?: object;
  readonly pods?: readonly KubeObject[] | undefined;
  readonly sets?: readonly KubeObject[];
  readonly last?: Outcome;
  readonly at?: number;
}

function look({ spec, status, sets, at = 10, last, ...rest }: Case): Restart {
  const pods = "pods" in rest ? rest.pods : many(4, newHash);
  const snapshot = seen({
    spec: { restartAt: timeAt(0), strategy: { canary: one }, ...spec },
    status: { stableRS: newHash, currentPodHash: newHash, ...status },
    replicaSets: sets ?? [replicaSet({ hash: newHash })],
    more: { pods, last },
  });
  return restartFor(viewOf(snapshot, secondsIn(at)));
}

const evicted = ({ effects }: Restart) => effects.map((effect) => effect.do === "evict" && effect.ref.name);
const refused = (...names: string[]): Outcome => ({
  done: [],
  skipped: names.map((name) => ({
    do: "evict",
    ref: { apiVersion: "v1", kind: "Pod", namespace: "shop", name },
    why: "restart",
  })),
});

const first = `${newHash}-0`;
const second = `${newHash}-1`;

const evictions: [name: string, given: Case, want: readonly string[]][] = [
  ["one at a time", {}, [first]],
  ["one at a time when none may be missing", { spec: { strategy: { canary: none } } }, [first]],
  ["as many as may be missing", { spec: { strategy: { canary: { maxUnavailable: 2 } } } }, [first, second]],
  [
    "of blue-green, three quarters",
    { spec: { strategy: { blueGreen: { activeService: "a", maxUnavailable: "75%" } } } },
    [first, second, `${newHash}-2`],
  ],
  [
    "the only one",
    { spec: { replicas: 1 }, sets: [replicaSet({ hash: newHash, size: 1 })], pods: many(1, newHash) },
    [first],
  ],
  [
    "no more than are available",
    { pods: [...many(3, newHash), pod("x", { hash: newHash, ready: false })] },
    [],
  ],
  [
    "none while one is leaving",
    { pods: [pod("x", { hash: newHash, leaving: true }), ...many(3, newHash)] },
    [],
  ],
  [
    "none while a new one is not available for long enough",
    {
      spec: { minReadySeconds: 20 },
      pods: [pod("x", { hash: newHash, created: 0 }), ...many(3, newHash)],
    },
    [],
  ],
  [
    "the next when the new one is available",
    {
      spec: { minReadySeconds: 20 },
      pods: [pod("x", { hash: newHash, created: 0 }), ...many(3, newHash)],
      at: 30,
    },
    [first],
  ],
  [
    "of all versions in the middle of an update, without counting the surge",
    {
      sets: [replicaSet({ hash: "old", size: 4 }), replicaSet({ hash: newHash, size: 1, revision: 2 })],
      status: { stableRS: "old" },
      pods: [...many(4, "old"), ...many(1, newHash)],
    },
    ["old-0"],
  ],
  ["none of somebody else", { pods: [...many(4, "foreign"), ...many(4, newHash)] }, [first]],
  ["while paused", { spec: { paused: true } }, [first]],
  [
    "while a step pauses",
    { status: { pauseConditions: [{ reason: "CanaryPauseStep", startTime: timeAt(0) }] } },
    [first],
  ],
  ["none again that was refused", { last: refused(first) }, [second]],
  ["none when all were refused", { last: refused(first, second, `${newHash}-2`, `${newHash}-3`) }, []],
];
for (const [name, given, want] of evictions) {
  test(`a restart evicts ${name}`, () => deepEqual(evicted(look(given)), want));
}

const results: [name: string, given: Case, want: Omit<Restart, "effects">][] = [
  [
    "is none without being asked for",
    { spec: { restartAt: undefined } },
    { alone: false, restartedAt: undefined, until: undefined },
  ],
  [
    "is over when it was carried out",
    { status: { restartedAt: timeAt(0) } },
    { alone: false, restartedAt: timeAt(0), until: undefined },
  ],
  [
    "waits for its time",
    { spec: { restartAt: timeAt(60) }, status: { restartedAt: timeAt(-60) } },
    { alone: false, restartedAt: timeAt(-60), until: (secondsIn(60) + 1) as never },
  ],
  [
    "begins after its time",
    { spec: { restartAt: timeAt(10) } },
    { alone: false, restartedAt: undefined, until: (secondsIn(10) + 1) as never },
  ],
  ["stands alone in a canary", {}, { alone: true, restartedAt: undefined, until: secondsIn(11) }],
  [
    "stands beside the rest in blue-green",
    { spec: { strategy: { blueGreen: { activeService: "a" } } } },
    { alone: false, restartedAt: undefined, until: secondsIn(40) },
  ],
  [
    "stands beside the rest after a refusal",
    { last: refused(first) },
    { alone: false, restartedAt: undefined, until: secondsIn(40) },
  ],
  [
    "looks again later when nothing may go",
    { pods: many(3, newHash) },
    { alone: false, restartedAt: undefined, until: secondsIn(40) },
  ],
  [
    "waits for old pods that are leaving",
    { pods: [pod("x", { hash: newHash, leaving: true }), ...many(4, newHash, { created: 0 })] },
    { alone: false, restartedAt: undefined, until: secondsIn(40) },
  ],
  [
    "is carried out when all pods are new",
    { pods: many(4, newHash, { created: 0 }) },
    { alone: false, restartedAt: timeAt(0), until: undefined },
  ],
  [
    "is carried out without pods",
    { spec: { replicas: 0 }, pods: [] },
    { alone: false, restartedAt: timeAt(0), until: undefined },
  ],
  [
    "is not carried out before pods were listed",
    { pods: undefined },
    { alone: false, restartedAt: undefined, until: secondsIn(40) },
  ],
];
for (const [name, given, want] of results) {
  test(`a restart ${name}`, () => {
    const { effects: _effects, ...rest } = look(given);
    deepEqual(rest, want);
  });
}

const due: [name: string, restartAt: string | undefined, restartedAt: string | undefined, want: boolean][] = [
  ["not asked for", undefined, undefined, false],
  ["asked for", timeAt(0), undefined, true],
  ["asked for again", timeAt(0), timeAt(-60), true],
  ["carried out", timeAt(0), timeAt(0), false],
  ["carried out, in another zone", "2026-01-01T13:00:00+01:00", timeAt(0), false],
  ["now", timeAt(10), undefined, false],
  ["later", timeAt(60), undefined, false],
];
for (const [name, restartAt, restartedAt, want] of due) {
  test(`pods are listed for a restart that is ${name}: ${want}`, () => {
    const rollout = {
      spec: restartAt === undefined ? {} : { restartAt },
      status: restartedAt === undefined ? {} : { restartedAt },
    };
    equal(restartIsDue(rollout, secondsIn(10)), want);
  });
}
