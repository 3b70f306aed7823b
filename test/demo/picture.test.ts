import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { bar, picture } from "../../src/demo/picture.ts";
import { rendered } from "../../src/demo/text.ts";
import { moment, tally, version } from "./moments.ts";

function drawn(more: Parameters<typeof moment>[0], told: Parameters<typeof picture>[1] = [], width = 60) {
  return picture(moment(more), told, width).map((line) => rendered(line, width, false));
}

test("picture: steps, traffic, success, versions and what happened", () => {
  const told = [
    { at: 900, text: "v2 is released" },
    {
      at: 2_000,
      text: "RolloutAborted: a message that is a good deal longer than the picture is wide",
      good: false,
    },
  ];
  deepEqual(drawn({}, told), [
    "── my-api at 12.3 s ────────────────────────────────────────",
    "steps    10 [‖] 30 ‖ 60 ‖ 100   Paused",
    "traffic  ███████████████████████████████▒▒▒▒ 90 % v1 10 % v2",
    "success   █▅▄ 94.0 % wanted > 95.0 %",
    "",
    "VERSION      ROLE    PODS      REQUESTS  FAILURES",
    "v1           stable  ●●●●●          100  0 (0.0 %)",
    "v2           canary  ●○               0  0",
    "",
    "  0.9 s  v2 is released",
    "  2.0 s  RolloutAborted: a message that is a good deal",
    "         longer than the picture is wide",
  ]);
});

const many = ["v1", "v2", "v3", "v4", "v5-with-a-long-tag"].map((tag) =>
  version(tag, "old", { tally: tally() }),
);
const extremes: readonly [name: string, more: Parameters<typeof moment>[0]][] = [
  ["usual", {}],
  ["before anything", { versions: [], rates: [], phase: "", steps: [], stepIndex: 0, weight: 0 }],
  ["many versions", { versions: many }],
  [
    "many requests",
    { versions: [version("v1", "stable", { tally: tally({ requests: 1e6, failures: 1e5 }) })] },
  ],
  ["many rates", { rates: Array<number>(200).fill(0.99) }],
];
for (const [name, more] of extremes) {
  test(`picture: ${name}: no line is wider than 59 columns, nor is one cut`, () => {
    const told = Array.from({ length: 20 }, (_, at) => ({ at: at * 1000, text: "word ".repeat(30).trim() }));
    const lines = picture(moment(more), told, 59);
    for (const line of lines) {
      const text = line.map((span) => span.text).join("");
      ok([...text.trimEnd()].length <= 59, text);
    }
    ok(lines.length <= 20);
  });
}

test("picture: a bar stands for a rate from 90 % to 100 %", () => {
  deepEqual([Number.NaN, 0, 0.9, 0.95, 0.99, 1].map(bar), [" ", "▁", "▁", "▄", "█", "█"]);
});

test("picture: colours are there only where they are wanted", () => {
  const [first = []] = picture(moment(), [], 60);
  ok(rendered(first, 60, true).includes("\x1b[1m"));
  equal(rendered(first, 10, false), "── my-api");
});
