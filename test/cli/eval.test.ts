import { deepEqual, equal, match } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { main } from "../../src/cli.ts";

async function evaluated(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const lines = { out: [] as string[], err: [] as string[] };
  const code = await main(["eval", ...args], {
    out: (text) => void lines.out.push(text),
    err: (text) => void lines.err.push(text),
  });
  return { code, out: lines.out.join("\n"), err: lines.err.join("\n") };
}

const cases: [name: string, args: string[], want: RegExp][] = [
  ["is successful", ["--success", "result[0] > 0.95", "--result", "[0.99]"], /^Successful$/],
  ["fails", ["--success", "result[0] > 0.95", "--result", "[0.9]"], /^Failed$/],
  ["is unclear", ["--success", "result > 9", "--failure", "result < 1", "--result", "5"], /^Inconclusive$/],
  ["knows NaN", ["--success", "isNaN(result[0])", "--result", '["NaN"]'], /^Successful$/],
  ["has no data", ["--success", "result[0] > 0.95", "--result", "[]"], /^Error: .*no data returned/],
];
for (const [name, args, want] of cases) {
  test(`eval ${name}`, async () => {
    const { code, out } = await evaluated(...args);
    equal(code, 0);
    match(out, want);
  });
}

test("eval judges the rows of a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lotse-"));
  const file = join(folder, "rows.json");
  const rows = [
    { result: [0.99, "+Inf"], successCondition: "result[1] > 1" },
    { result: { a: 1 }, successCondition: "result.b > 1" },
  ];
  await writeFile(file, JSON.stringify(rows));
  const { code, out } = await evaluated("-f", file, "-o", "json");
  const text = await evaluated("-f", file);
  await rm(folder, { recursive: true });
  equal(code, 0);
  const judged = JSON.parse(out) as { phase: string; error: string }[];
  deepEqual(
    judged.map(({ phase }) => phase),
    ["Successful", "Error"],
  );
  deepEqual(
    judged.map(({ error }) => error !== ""),
    [false, true],
  );
  match(text.out, /^RESULT +SUCCESS +FAILURE +PHASE\n/);
});

const wrong: [name: string, args: string[]][] = [
  ["nothing to try", []],
  ["a result that is no JSON", ["--result", "{", "--success", "true"]],
  ["a file and a result", ["-f", "x.json", "--result", "1"]],
  ["another output", ["--result", "1", "-o", "yaml"]],
];
for (const [name, args] of wrong) {
  test(`eval exits with 2 for ${name}`, async () => equal((await evaluated(...args)).code, 2));
}
