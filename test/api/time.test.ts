import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../src/api/problem.ts";
import {
  duration,
  earliest,
  formatDuration,
  type Instant,
  instant,
  justAfter,
  later,
  type Millis,
  pauseSeconds,
  rfc3339,
  seconds,
  since,
} from "../../src/api/time.ts";

const t0 = instant("2024-05-01T12:00:00Z");

test("instants are read with offsets and fractions and written in UTC with whole seconds", () => {
  equal(rfc3339(instant("2024-05-01T14:00:00.999+02:00")), "2024-05-01T12:00:00Z");
  equal(rfc3339(later(t0, seconds(61))), "2024-05-01T12:01:01Z");
  equal(justAfter(t0) - t0, 1);
  equal(since(t0, later(t0, seconds(5))), 5000);
});

for (const text of ["", "tomorrow", "2024-05-01", "2024-05-01T12:00:00", "2024-13-01T12:00:00Z"]) {
  test(`"${text}" is no instant`, () => throws(() => instant(text), Problem));
}

test("earliest passes over what is not known", () => {
  equal(earliest(undefined, 7 as Instant, 3 as Instant), 3);
  equal(earliest(undefined), undefined);
  equal(earliest(), undefined);
});

const durations: [text: string | number, millis: number][] = [
  ["0", 0],
  ["-0", 0],
  ["5m", 300_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["1.s", 1_000],
  ["-2ms", -2],
  ["+2ms", 2],
  ["1us", 0.001],
  ["1µs", 0.001],
  ["1μs", 0.001],
  ["1000ns", 0.001],
  ["1m1m", 120_000],
  [30, 30_000],
];
for (const [text, millis] of durations) {
  test(`duration ${text}`, () => equal(duration(text), millis));
}

const wrong: [text: string, message: string][] = [
  ["", 'time: invalid duration ""'],
  ["x", 'time: invalid duration "x"'],
  ["-", 'time: invalid duration "-"'],
  [".s", 'time: invalid duration ".s"'],
  ["5", 'time: missing unit in duration "5"'],
  ["1m5", 'time: missing unit in duration "1m5"'],
  ["1d", 'time: unknown unit "d" in duration "1d"'],
  ["1 m", 'time: unknown unit " m" in duration "1 m"'],
  ["??", 'time: invalid duration "??"'],
  ["3000000h", 'time: invalid duration "3000000h"'],
];
for (const [text, message] of wrong) {
  test(`duration "${text}" is refused`, () => {
    throws(
      () => duration(text),
      (error) => error instanceof Problem && error.message === message,
    );
  });
}

const pauses: [value: string | number, want: number][] = [
  [0, 0],
  ["0", 0],
  [30, 30],
  ["30", 30],
  ["+30", 30],
  ["-5", -5],
  ["5m", 300],
  ["1h1m1.9s", 3661],
  ["900ms", 0],
  ["3000000000", -1],
  ["1d", -1],
  ["", -1],
  [1.5, -1],
];
for (const [value, want] of pauses) {
  test(`pause of ${JSON.stringify(value)}`, () => equal(pauseSeconds(value), want));
}

const texts: [millis: number, text: string][] = [
  [0, "0s"],
  [300_000, "5m0s"],
  [3_600_000, "1h0m0s"],
  [5_400_000, "1h30m0s"],
  [1_500, "1.5s"],
  [61_500, "1m1.5s"],
  [300, "300ms"],
  [1.5, "1.5ms"],
  [0.0015, "1.5µs"],
  [0.000001, "1ns"],
  [-2_000, "-2s"],
];
test("durations are written in Go's words", () => {
  deepEqual(
    texts.map(([millis]) => formatDuration(millis as Millis)),
    texts.map(([, text]) => text),
  );
});
