import { deepEqual, rejects } from "node:assert/strict";
import { PassThrough, Readable } from "node:stream";
import { test } from "node:test";
import { linesOf } from "../../src/kube/lines.ts";

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const line of lines) seen.push(line);
  return seen;
}

const euro = Buffer.from("€");
const cases: [name: string, chunks: (string | Buffer)[], want: string[]][] = [
  ["several in one chunk", ["a\nb\nc\n"], ["a", "b", "c"]],
  ["one over several chunks", ["a", "b", "c\n"], ["abc"]],
  ["ends at the edge of chunks", ["a", "\n", "\nb\n"], ["a", "", "b"]],
  ["a character cut in two", [euro.subarray(0, 1), euro.subarray(1), "\n"], ["€"]],
  ["an unfinished last line is none", ["a\nb"], ["a"]],
  ["nothing at all", [], []],
];
for (const [name, chunks, want] of cases) {
  test(`lines: ${name}`, async () => {
    const stream = Readable.from(
      chunks.map((chunk) => Buffer.from(chunk)),
      { objectMode: false },
    );
    deepEqual(await all(linesOf(stream, () => 1_000)), want);
  });
}

test("lines: a silent stream fails", async () => {
  const stream = new PassThrough();
  stream.write("a\n");
  await rejects(all(linesOf(stream, () => 20)), /nothing heard for 0.02 s/);
});

test("lines: a slow reader is no silence", async () => {
  const seen: string[] = [];
  for await (const line of linesOf(Readable.from([Buffer.from("a\nb\n"), Buffer.from("c\n")]), () => 20)) {
    await new Promise((resolve) => setTimeout(resolve, 15));
    seen.push(line);
  }
  deepEqual(seen, ["a", "b", "c"]);
});
