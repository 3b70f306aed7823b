import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../src/api/problem.ts";
import type { Wanted } from "../../src/traffic/router.ts";
import { families } from "./families.ts";
import type { Family } from "./family.ts";
import { Board, wanted } from "./support.ts";

function boardOf({ router, config, objects }: Family): Board<unknown> {
  return new Board(router, config, objects);
}

const beta = { name: "beta", header: { match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] } };
const shadow = { name: "shadow", mirror: { match: [{ method: { exact: "GET" } }], percentage: 35 } };
const experiment = { serviceName: "exp-a", podTemplateHash: "7b9c", weight: 10 };

/** Each is settled in turn on one board; the weights that must be seen afterwards. */
const course: [name: string, want: Partial<Wanted>, canary: number, stable: number][] = [
  ["before the first step", {}, 0, 100],
  ["at 25", { weight: 25 }, 25, 75],
  ["at 100", { weight: 100 }, 100, 0],
  ["promoted", { canaryHash: "6d8f", stableHash: "6d8f" }, 0, 100],
  ["at 60", { weight: 60, canaryHash: "9f0a", stableHash: "6d8f" }, 60, 40],
  ["aborted", { canaryHash: "9f0a", stableHash: "6d8f" }, 0, 100],
];

for (const family of families) {
  const { name, router, cannot, read, missing } = family;
  const say = (what: string) => `${name}: ${what}`;

  test(say("goes through a canary; what is carried is read back; a second look writes nothing"), () => {
    const board = boardOf(family);
    for (const [when, want, canary, stable] of course) {
      board.settle(wanted(want));
      const seen = name === "ambassador" && canary === 0 ? { canary: 0, stable: 100 } : read(board);
      deepEqual(seen, { canary, stable }, when);
      equal(board.carries(wanted(want)), canary, when);
      deepEqual(board.plan(wanted(want)), [], when);
    }
  });

  test(say("every write says why, and after each one the canary carries the old or the new share"), () => {
    const board = boardOf(family);
    board.settle(wanted());
    for (const effect of board.plan(wanted({ weight: 25 }))) {
      ok(effect.why.length > 0);
      board.apply(effect);
      ok([0, 25].includes(board.carries(wanted({ weight: 25 })) ?? -1));
    }
  });

  test(say("header routes come and go, also when the weight changes at the same time"), () => {
    const board = boardOf(family);
    board.settle(wanted({ managed: ["beta"], weight: 10 }));
    board.settle(wanted({ managed: ["beta"], weight: 20, routes: [beta] }));
    deepEqual(read(board), { canary: 20, stable: 80 });
    equal(board.carries(wanted({ managed: ["beta"], weight: 20, routes: [beta] })), 20);
    equal(router.can.header, cannot.header === undefined);
    equal(family.has(board, "beta"), router.can.header, cannot.header);
    board.settle(wanted({ managed: ["beta"], weight: 30, routes: [beta] }));
    deepEqual(read(board), { canary: 30, stable: 70 });
    board.settle(wanted({ managed: ["beta"] }));
    equal(family.has(board, "beta"), false);
  });

  test(say("mirror routes come and go"), () => {
    const board = boardOf(family);
    const want = { managed: ["shadow"], weight: 20 };
    board.settle(wanted({ ...want, routes: [shadow] }));
    deepEqual(read(board), { canary: 20, stable: 80 });
    equal(router.can.mirror, cannot.mirror === undefined);
    equal(family.has(board, "shadow"), router.can.mirror, cannot.mirror);
    deepEqual(board.plan(wanted({ ...want, routes: [shadow] })), []);
    board.settle(wanted(want));
    equal(family.has(board, "shadow"), false);
  });

  test(say("an experiment takes its share from stable and leaves nothing behind"), () => {
    const board = boardOf(family);
    const want = { weight: 20 };
    board.settle(wanted({ ...want, additional: [experiment] }));
    equal(router.can.experiment, cannot.experiment === undefined);
    equal(family.has(board, "exp-a"), router.can.experiment, cannot.experiment);
    if (router.can.experiment) deepEqual(read(board), { canary: 20, stable: 70 });
    board.settle(wanted({ ...want, former: ["exp-a"] }));
    equal(family.has(board, "exp-a"), false);
    deepEqual(read(board), { canary: 20, stable: 80 });
  });

  test(say("another maximum is taken, or scaled to the whole of the router (trap T-12)"), () => {
    const board = boardOf(family);
    const want = wanted({ weight: 250, max: 1000 });
    board.settle(want);
    equal(router.can.maxWeight, cannot.max === undefined);
    deepEqual(read(board), { canary: family.whole / 4, stable: (family.whole * 3) / 4 });
    equal(board.carries(want), 250);
  });

  for (const [kind, object, message] of missing) {
    test(say(`says that ${kind} ${object} is missing`), () => {
      const gone = family.objects.filter((one) => one.kind !== kind || one.metadata.name !== object);
      const board = boardOf({ ...family, objects: gone });
      throws(
        () => board.plan(wanted({ weight: 25 })),
        (error) => error instanceof Problem && message.test(error.message),
      );
      equal(board.carries(wanted()) ?? 0, 0);
    });
  }

  const { several } = family;
  test(say(`several objects carry the same${several === undefined ? ": not with this router" : ""}`), () => {
    if (several === undefined) return ok(family.cannot.several !== undefined, "it says why");
    const board = boardOf({
      ...family,
      config: several.config,
      objects: [...family.objects, ...several.objects],
    });
    const second = {
      ...board,
      all: () => board.all(),
      get: (kind: string, one: string) => board.get(kind, several.name(one)),
    };
    for (const weight of [10, 100, 0]) {
      board.settle(wanted({ weight }));
      const seen = { canary: weight, stable: 100 - weight };
      deepEqual([read(board), read(second as never)], [seen, seen]);
    }
    board.settle(wanted({ weight: 25 }));
    const [one] = several.objects;
    ok(one !== undefined);
    const put = board.get(one.kind, one.metadata.name);
    ok(put !== undefined);
    board.put({ ...one, metadata: { ...put.metadata } });
    board.settle(wanted({ weight: 25 }));
    deepEqual(read(second as never), { canary: 25, stable: 75 }, "also when the first is up to date");
  });

  test(say("what others change between look and write survives"), () => {
    const board = boardOf(family);
    board.settle(wanted({ weight: 10 }));
    const effects = board.plan(wanted({ weight: 25 }));
    const edited = family.edit(board);
    ok(edited !== undefined);
    board.put(edited);
    for (const effect of effects) board.apply(effect);
    deepEqual(read(board), { canary: 25, stable: 75 });
    equal(board.get(edited.kind, edited.metadata.name)?.metadata.labels?.["team"], "shop");
  });

  test(say("a weight that someone else has set is put right"), () => {
    const board = boardOf(family);
    board.settle(wanted({ weight: 10 }));
    const before = board.all();
    board.settle(wanted({ weight: 90 }));
    board.settle(wanted({ weight: 10 }));
    deepEqual(board.all(), before);
  });

  test(say("cleaning up sends everything to stable and leaves no trace"), () => {
    const board = boardOf(family);
    const want = wanted({
      weight: 30,
      managed: ["beta", "shadow"],
      routes: [beta, shadow],
      additional: [experiment],
    });
    board.settle(want);
    for (const effect of board.clean(want)) board.apply(effect);
    equal(board.carries(want) ?? 0, 0);
    for (const trace of ["beta", "shadow", "exp-a"]) equal(family.has(board, trace), false, trace);
    const text = JSON.stringify(board.all());
    for (const trace of ["managed-by-rollouts", "managed-alb", "in-progress", '"kind":"Rollout"']) {
      equal(text.includes(trace), false, trace);
    }
    deepEqual(board.clean(want), []);
  });
}

test("every router has its family", () => {
  const names = new Set(families.map(({ name }) => name.split(" ")[0]));
  deepEqual(names.size, 10);
});
