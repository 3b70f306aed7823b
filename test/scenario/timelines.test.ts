import { equal } from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { simulate } from "../../src/cli/simulate.ts";

/** What is played: a name, the manifests, the options, the exit code. */
const stories: [name: string, file: string, options: Record<string, unknown>, code: number][] = [
  ["seed", "seed", {}, 0],
  ["seedRolledBack", "seed", { metric: ["success-rate=0.90@7m"] }, 1],
  ["seedCrashing", "seed", { crash: ["myregistry.com/my-api:simulated"] }, 1],
  ["blueGreen", "blueGreen", {}, 0],
  ["blueGreenRefused", "blueGreen", { metric: ["smoke=broken"] }, 1],
  ["routedPaused", "routed", {}, 1],
  ["gateway", "gateway", {}, 0],
  ["workload", "workload", {}, 0],
];

/** `UPDATE_GOLDEN=1 npm test scenario` writes the golden timelines anew. */
const isUpdating = process.env["UPDATE_GOLDEN"] === "1";

for (const [name, file, options, code] of stories) {
  test(`the timeline of ${name} is the golden one`, async () => {
    const path = join(import.meta.dirname, `${name}.golden.txt`);
    const lines: string[] = [];
    const values = { set: [], metric: [], crash: [], output: "text", ...options };
    const filename = [join(import.meta.dirname, `${file}.yaml`)];
    const call = { values: { ...values, filename }, positionals: [] } as never;
    equal(await simulate.run(call, { out: (text) => lines.push(text), err: () => {} }), code);
    const timeline = `${lines.join("\n")}\n`;
    if (isUpdating) await writeFile(path, timeline);
    equal(timeline, await readFile(path, "utf8"));
  });
}
