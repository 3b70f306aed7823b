import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { compile, evaluateLoosely, evaluateTime } from "../../../src/analysis/expression/index.ts";
import { instant, rfc3339 } from "../../../src/api/time.ts";

const now = instant("2024-05-01T12:00:00Z");

const times: readonly (readonly [string, string])[] = [
  ["now()", "2024-05-01T12:00:00Z"],
  ['now() - duration("1h")', "2024-05-01T11:00:00Z"],
  ['date("2023-08-14 00:00:00", "2006-01-02 15:04:05", "UTC") - duration("1h")', "2023-08-13T23:00:00Z"],
  ['date("2023-08-14 00:00:00", "2006-01-02 15:04:05", "Europe/Zurich")', "2023-08-13T22:00:00Z"],
];
for (const [source, want] of times) {
  test(`the time of ${source}`, () => equal(rfc3339(evaluateTime(source, now)), want));
}

const noTimes: readonly (readonly [string, string])[] = [
  ['"2023-08-14"', "expected time.Time, but got string"],
  ["hello", "unknown name hello"],
  ["result", "unknown name result"],
  ["asInt(1)", "unknown name asInt"],
  ["isNaN(1)", "expected time.Time, but got bool"],
  ['now() - duration("??")', 'time: invalid duration "??"'],
];
for (const [source, message] of noTimes) {
  test(`no time is ${source}`, () => throws(() => evaluateTime(source, now), { name: "Problem", message }));
}

const names = new Map<string, unknown>([
  ["rollout", { status: { phase: "Healthy", startedAt: "2024-05-01T11:54:00Z" } }],
  ["analysisRuns", [{ status: { phase: "Failed" } }]],
]);
const loose: readonly (readonly [string, unknown])[] = [
  ['rollout.status.phase == "Healthy"', true],
  ['rollout.status.phase in ["Paused", "Degraded"]', false],
  ["time.Now().Sub(time.Parse(rollout.status.startedAt)).Minutes() >= 5", true],
  ['any(analysisRuns, .status.phase == "Failed")', true],
  ["rollout.status.other == nil and other == nil", true],
  ["rollout.status.phase", "Healthy"],
  ["len(analysisRuns) + 1", 2n],
];
for (const [source, want] of loose) {
  test(`loosely, ${source}`, () => deepEqual(evaluateLoosely(compile(source), names, now), want));
}

const looseProblems: readonly (readonly [string, string])[] = [
  ["rollout.spec.replicas", "cannot fetch replicas from <nil>"],
  ["other > 1", "invalid operation: <nil> > int"],
  ["time.Parse('yesterday')", '"yesterday" is not an RFC 3339 time'],
  ["nope()", "<nil> is not callable"],
];
for (const [source, message] of looseProblems) {
  test(`loosely, no answer to ${source}`, () => {
    throws(() => evaluateLoosely(compile(source), names, now), { name: "Problem", message });
  });
}
