import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Effect } from "../../src/reconcile/effect.ts";
import type { StatusWrite } from "../../src/reconcile/plan.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import {
  annotate,
  applied,
  create,
  evict,
  owned,
  type Result,
  remove,
  type Setting,
  scale,
  status,
} from "./fakePlan.ts";
import { broken, conflict, missing, note, objectOf, replicaSets } from "./fakes.ts";

const ours = objectOf(replicaSets, "new", owned);
const foreign = objectOf(replicaSets, "new");
const dying = objectOf(replicaSets, "new", { ...owned, deletionTimestamp: "2024-05-01T12:00:00Z" });
const silent = { ...status, patch: undefined };
const overload = new ApiError(429, "TooManyRequests", "budget");

const cases: [
  name: string,
  effects: readonly Effect[],
  status: StatusWrite | undefined,
  setting: Setting,
  want: Result,
][] = [
  [
    "applies effects in order and writes the status last",
    [create, scale],
    status,
    {},
    {
      sent: ["create new", "patch old", "patch/status web"],
      events: ["Created", "Scaled", "Stepped"],
      outcome: "create, patch, written",
    },
  ],
  [
    "skips the rest after a failure, but writes the status",
    [scale, create],
    status,
    { errors: [["patch old", broken]] },
    {
      sent: ["patch old", "patch/status web"],
      events: ["Stepped"],
      outcome: "failed patch InternalError, written",
    },
  ],
  ["does nothing when nothing is planned", [], undefined, {}, { sent: [], outcome: "" }],
  [
    "sends the events of a status without patch",
    [],
    silent,
    {},
    { sent: [], events: ["Stepped"], outcome: "" },
  ],
  [
    "sends no event of a status that could not be written",
    [],
    status,
    { errors: [["patch/status web", broken]] },
    { sent: ["patch/status web"], outcome: "failed status InternalError" },
  ],
  [
    "names the first of two failures",
    [scale],
    status,
    {
      errors: [
        ["patch old", missing],
        ["patch/status web", broken],
      ],
    },
    { sent: ["patch old", "patch/status web"], outcome: "failed patch NotFound" },
  ],
  [
    "holds back a status with its events",
    [scale],
    status,
    { holdStatus: true },
    { sent: ["patch old"], events: ["Scaled"], outcome: "patch, held" },
  ],
  [
    "holds nothing back without a patch",
    [],
    silent,
    { holdStatus: true },
    { sent: [], events: ["Stepped"], outcome: "" },
  ],
  [
    "takes an existing object of ours as created",
    [create],
    undefined,
    { objects: [ours] },
    { sent: ["create new", "get new"], events: ["Created"], outcome: "create" },
  ],
  [
    "takes no foreign object as created",
    [create],
    undefined,
    { objects: [foreign] },
    { sent: ["create new", "get new"], outcome: "failed create AlreadyExists" },
  ],
  [
    "takes no object that is deleted as created",
    [create],
    undefined,
    { objects: [dying] },
    { sent: ["create new", "get new"], outcome: "failed create AlreadyExists" },
  ],
  [
    "takes nothing without an owner as ours",
    [{ do: "create", object: foreign, why: "" }],
    undefined,
    { objects: [foreign] },
    { sent: ["create new", "get new"], outcome: "failed create AlreadyExists" },
  ],
  [
    "takes what is gone as deleted",
    [remove],
    undefined,
    { errors: [["delete old", missing]] },
    { sent: ["delete old"], events: ["Deleted"], outcome: "delete" },
  ],
  [
    "reports a failed delete",
    [remove],
    undefined,
    { errors: [["delete old", broken]] },
    { sent: ["delete old"], outcome: "failed delete InternalError" },
  ],
  ["evicts", [evict], undefined, {}, { sent: ["evict p"], events: ["Evicted"], outcome: "evict" }],
  [
    "takes a pod that is gone as evicted",
    [evict],
    undefined,
    { errors: [["evict p", missing]] },
    { sent: ["evict p"], events: ["Evicted"], outcome: "evict" },
  ],
  [
    "skips a pod that a budget protects and goes on",
    [evict, scale],
    undefined,
    { errors: [["evict p", overload]] },
    { sent: ["evict p", "patch old"], events: ["Scaled"], outcome: "patch, skipped evict" },
  ],
  [
    "reports a failed eviction",
    [evict],
    undefined,
    { errors: [["evict p", broken]] },
    { sent: ["evict p"], outcome: "failed evict InternalError" },
  ],
  [
    "takes a missing object as a failure of a patch",
    [scale],
    undefined,
    { errors: [["patch old", missing]] },
    { sent: ["patch old"], outcome: "failed patch NotFound" },
  ],
  [
    "reads an object again after a conflict",
    [{ ...scale, ifVersion: "0" }],
    status,
    {},
    {
      sent: ["patch old", "get old", "patch/status web"],
      events: ["Stepped"],
      outcome: "failed patch Conflict, written",
    },
  ],
  [
    "writes no status after a conflict over the same object",
    [annotate],
    status,
    { errors: [["patch web", conflict]] },
    { sent: ["patch web", "get web"], outcome: "failed patch Conflict" },
  ],
  [
    "lets a conflict stand when reading again fails",
    [],
    { ...status, version: "0" },
    { errors: [["get web", broken]] },
    { sent: ["patch/status web", "get web"], outcome: "failed status Conflict" },
  ],
  [
    "writes nothing from the moment that it may not",
    [scale, remove],
    status,
    { writes: 1 },
    { sent: ["patch old"], events: ["Scaled"], outcome: "patch, failed delete Paused" },
  ],
  [
    "writes no status when it may not",
    [scale],
    status,
    { writes: 1 },
    { sent: ["patch old"], events: ["Scaled"], outcome: "patch, failed status Paused" },
  ],
  [
    "counts what is no answer of the server as a failed request",
    [scale],
    undefined,
    { errors: [["patch old", new TypeError("odd")]] },
    { sent: ["patch old", "get old"], outcome: "failed patch Unexpected" },
  ],
  [
    "reads an object again that may have been written without an answer",
    [scale],
    undefined,
    { errors: [["patch old", new ApiError(0, "NoAnswer", "gone")]] },
    { sent: ["patch old", "get old"], outcome: "failed patch NoAnswer" },
  ],
  [
    "reads an object again where a test of a patch does not hold",
    [scale],
    undefined,
    { errors: [["patch old", new ApiError(422, "Invalid", "the test failed")]] },
    { sent: ["patch old", "get old"], outcome: "failed patch Invalid" },
  ],
];
for (const [name, effects, write, setting, want] of cases) {
  test(`applying a plan ${name}`, async () => {
    const { client, recorder, words } = await applied(effects, write, setting);
    deepEqual(client.sent, want.sent);
    deepEqual(
      recorder.events,
      (want.events ?? []).map((reason) => `web ${reason}`),
    );
    equal(words, want.outcome);
  });
}

test("an event can be about another object than the one reconciled", async () => {
  const events = [note("Stepped"), { ...note("Told"), on: foreign }];
  const { recorder } = await applied([], { ...status, events });
  deepEqual(recorder.events, ["web Stepped", "new Told"]);
});
