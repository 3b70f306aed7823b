import { equal } from "node:assert/strict";
import { test } from "node:test";
import { decimal, fixed, numberOf, printed } from "../../src/providers/numbers.ts";

const cases: readonly [value: number, decimal: string, printed: string, fixed: string][] = [
  [10, "10", "10", "10.00"],
  [0.95, "0.95", "0.95", "0.95"],
  [1e-9, "0.000000001", "1e-09", "0.00"],
  [-1.5e-7, "-0.00000015", "-1.5e-07", "-0.00"],
  [0.0001, "0.0001", "0.0001", "0.00"],
  [0.00001, "0.00001", "1e-05", "0.00"],
  [1e21, "1000000000000000000000", "1e+21", "1000000000000000000000.00"],
  [1.25e25, "12500000000000000000000000", "1.25e+25", "12500000000000000595591168.00"],
  [1e100, `1${"0".repeat(100)}`, "1e+100", `${BigInt(1e100)}.00`],
  [-0, "-0", "-0", "-0.00"],
  [Number.NaN, "NaN", "NaN", "NaN"],
  [Infinity, "+Inf", "+Inf", "+Inf"],
  [-Infinity, "-Inf", "-Inf", "-Inf"],
];
for (const [value, plain, short, two] of cases) {
  test(`the number ${printed(value)} is written in three ways`, () => {
    equal(decimal(value), plain);
    equal(printed(value), short);
    equal(fixed(value, 2), two);
  });
}

const texts: readonly [text: string, want: number | undefined][] = [
  ["1e-09", 1e-9],
  ["+Inf", Infinity],
  ["", undefined],
  ["x", undefined],
  ["0x10", undefined],
  [".5", 0.5],
];
for (const [text, want] of texts) test(`the text "${text}" says ${want}`, () => equal(numberOf(text), want));
