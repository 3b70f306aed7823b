import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { run } from "node:test";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const usage = "usage: npm test [-- NAME of a test file or folder...]";

/** Folders with a runner of their own. */
const elsewhere = ["cluster", "bench"];

/** Runs all test files that need nothing but Node, in this one process; answers the exit code. */
async function main(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const files = await testFiles(positionals);
  const since = performance.now();
  const failures: string[] = [];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, isolation: "none", concurrency: false });
  stream.on("test:pass", ({ skip, details, name }) => {
    if (details.type === "suite") return;
    if (skip === undefined || skip === false) counts.passed += 1;
    else {
      counts.skipped += 1;
      console.log(`skipped: ${name}: ${String(skip)}`);
    }
  });
  stream.on("test:fail", ({ name, file, line, details }) => {
    if (details.type === "suite") return;
    counts.failed += 1;
    const where = file === undefined ? "" : ` (${relative(here, file)}:${line ?? 0})`;
    failures.push(`${name}${where}\n${String(details.error.cause ?? details.error)}`);
    console.log(`FAILED ${failures.at(-1) ?? ""}\n`);
  });
  stream.on("test:stdout", ({ message }) => process.stdout.write(message));
  stream.resume();
  await new Promise((resolve) => stream.once("end", resolve));
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${files.length} test files in ${seconds} s`);
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

/** The test files whose path contains one of the filters; all of them without a filter. */
async function testFiles(filters: readonly string[]): Promise<string[]> {
  const all = (await readdir(here, { recursive: true }))
    .filter((path) => path.endsWith(".test.ts") && !elsewhere.some((folder) => path.startsWith(`${folder}/`)))
    .sort();
  const wanted = filters.map((filter) => filter.replace(/^test\//, ""));
  const found = all.filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
  if (found.length === 0) throw new Error(`no test file matches ${filters.join(" ")}\n${usage}`);
  return found.map((path) => join(here, path));
}

process.exit(await main());
