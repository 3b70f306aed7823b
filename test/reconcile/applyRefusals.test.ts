import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/reconcile/ports.ts";
import { applied, scale } from "./fakePlan.ts";
import { broken, conflict } from "./fakes.ts";

const telling = { ...scale, refusal: [{ type: "Warning", reason: "Refused" }] } as const;
const causes = { details: { causes: [{ field: "spec.weight", message: "must not be negative" }] } };
const forbidden = new ApiError(403, "Forbidden", "patch is forbidden");

const cases: [what: string, error: Error | undefined, setting: object, events: string[]][] = [
  ["forbidden", forbidden, {}, ["web Refused"]],
  ["broken", broken, {}, ["web Refused"]],
  ["against the schema", new ApiError(422, "Invalid", "bad", { status: causes }), {}, ["web Refused"]],
  ["a conflict", conflict, {}, []],
  [
    "a test that does not hold",
    new ApiError(422, "Invalid", "the server rejected it", { status: {} }),
    {},
    [],
  ],
  ["one that is not sent", undefined, { writes: 0 }, []],
  ["one that succeeds", undefined, {}, ["web Scaled"]],
];
for (const [what, error, setting, events] of cases) {
  test(`a write that is ${what} is told as ${events.join() || "nothing"}`, async () => {
    const errors = error === undefined ? [] : [["patch old", error] as const];
    const { recorder } = await applied([telling], undefined, { errors: errors as never, ...setting });
    deepEqual(recorder.events, events);
  });
}
