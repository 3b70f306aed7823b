import { equal } from "node:assert/strict";
import { test } from "node:test";
import { spanText } from "../../../src/sim/http/age.ts";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const cases: readonly (readonly [number, string])[] = [
  [-5, "<invalid>"],
  [-1, "0s"],
  [0, "0s"],
  [119, "119s"],
  [120, "2m"],
  [5 * minute + 30, "5m30s"],
  [10 * minute + 30, "10m"],
  [179 * minute, "179m"],
  [3 * hour, "3h"],
  [7 * hour + 59 * minute, "7h59m"],
  [8 * hour + 59 * minute, "8h"],
  [47 * hour, "47h"],
  [2 * day + 4 * hour, "2d4h"],
  [8 * day + 4 * hour, "8d"],
  [729 * day, "729d"],
  [731 * day, "2y1d"],
  [9 * 365 * day, "9y"],
];
for (const [seconds, want] of cases)
  test(`${seconds} seconds are ${want}`, () => equal(spanText(seconds), want));
