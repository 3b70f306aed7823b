import { equal } from "node:assert/strict";
import { test } from "node:test";
import { canonicalQuantity, quantityValue } from "../../src/api/quantity.ts";

const cases: [written: string | number, stored: string, value: number | undefined][] = [
  ["1000m", "1", 1],
  ["1024Mi", "1Gi", 2 ** 30],
  ["0.5", "500m", 0.5],
  [".5", "500m", 0.5],
  ["5.", "5", 5],
  [0.5, "500m", 0.5],
  [2, "2", 2],
  [1000, "1k", 1000],
  ["1500m", "1500m", 1.5],
  ["1.5", "1500m", 1.5],
  ["12345", "12345", 12345],
  ["1500k", "1500k", 1_500_000],
  ["1000k", "1M", 1e6],
  ["1e3", "1e3", 1000],
  ["100e1", "1e3", 1000],
  ["12E6", "12e6", 12e6],
  ["1e-3", "1e-3", 0.001],
  ["1000e-3", "1", 1],
  ["1E", "1E", 1e18],
  ["1024", "1024", 1024],
  ["1Ki", "1Ki", 1024],
  ["0.5Ki", "512", 512],
  ["1023Ki", "1023Ki", 1023 * 1024],
  ["1.5Gi", "1536Mi", 1.5 * 2 ** 30],
  ["0.1Gi", "107374182400m", 107374182.4],
  ["0.0001Ki", "102400u", 0.1024],
  ["16Mi", "16Mi", 16 * 2 ** 20],
  ["0", "0", 0],
  ["0Gi", "0", 0],
  ["-0", "0", -0],
  ["0.000", "0", 0],
  ["+5", "5", 5],
  ["-1000m", "-1", -1],
  ["-2048Ki", "-2Mi", -2 * 2 ** 20],
  ["007", "7", 7],
  [" 250m ", "250m", 0.25],
  ["100n", "100n", 1e-7],
  ["1000n", "1u", 1e-6],
  ["0.1n", "1n", 1e-9],
  ["1e-30", "1e-9", 1e-9],
  ["1e-999999999", "1e-9", 1e-9],
  ["1000E", "9223372036854775807", 2 ** 63],
  ["1e999999999", "9223372036854775807", 2 ** 63],
  ["100Ei", "9223372036854775807", 2 ** 63],
  ["", "", undefined],
  [".", ".", undefined],
  ["m", "m", undefined],
  ["1 Gi", "1 Gi", undefined],
  ["1mi", "1mi", undefined],
  ["1K", "1K", undefined],
  ["1e", "1e", undefined],
  ["0x10", "0x10", undefined],
];
for (const [written, stored, value] of cases) {
  test(`the quantity ${JSON.stringify(written)} is stored as ${stored} and is ${value}`, () => {
    equal(canonicalQuantity(written), stored);
    equal(quantityValue(written), value);
  });
}

test("the stored form of a stored form is itself", () => {
  for (const [written, stored] of cases) equal(canonicalQuantity(stored), stored, String(written));
});
