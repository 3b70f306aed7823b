import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { traefikBinary } from "./support/build.ts";
import { type ControlPlane, startControlPlane } from "./support/controlPlane.ts";
import { Missing } from "./support/missing.ts";
import { missingNamespaces } from "./support/namespace.ts";
import { missingPrograms } from "./support/parts.ts";
import { share } from "./support/shared.ts";

const usage = "usage: node test/cluster/run.ts [--if-available] [NAME of a test file]...";
const here = fileURLToPath(new URL(".", import.meta.url));
const say = (line: string): void => console.log(`# ${line}`);

/** The whole run: answers the exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { "if-available": { type: "boolean", default: false } },
    allowPositionals: true,
  });
  const files = await testFiles(positionals);
  const proxied = files.some((file) => basename(file) === "dataPlane.test.ts");
  const missing = [...missingPrograms(), ...(proxied ? missingNamespaces() : [])];
  if (missing.length > 0 && !values["if-available"]) return refuse(missing);
  if (missing.some(({ part }) => part === "kubectl")) return skipAll(missing);
  for (const part of missing) say(`SKIPPED are the tests that need ${part.message}`);

  const since = performance.now();
  let plane: ControlPlane;
  try {
    if (proxied) await traefikBinary(say); // built here, as a test has not the time
    plane = await startControlPlane({ say });
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return values["if-available"] ? skipAll([error]) : refuse([error]);
  }
  say(`control plane ready at ${plane.url} after ${((performance.now() - since) / 1000).toFixed(1)} s`);
  const shared = await share(plane);
  try {
    return await runTests(files, shared.env);
  } finally {
    await shared.stop();
    await plane.stop();
  }
}

/** The test files whose name contains one of the filters; all of them without a filter. */
async function testFiles(filters: readonly string[]): Promise<string[]> {
  const all = (await readdir(here)).filter((name) => name.endsWith(".test.ts")).sort();
  const wanted = filters.map((filter) => basename(filter, ".test.ts"));
  const found = all.filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
  if (found.length === 0)
    throw new Error(`no test file matches ${filters.join(" ")}; there are ${all.join(", ")}\n${usage}`);
  return found.map((name) => join(here, name));
}

/**
 * Runs the files one after the other, each in a process of its own: they share the control plane and both
 * cores, and a file that crashes takes no other along.
 */
async function runTests(files: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({
    files: [...files],
    concurrency: 1,
    isolation: "process",
    execArgv: ["--test-force-exit"], // What a failed test left running must not hold up the others.
    timeout: 600_000,
    env: { ...process.env, ...env },
  });
  stream.on("test:summary", (summary) => {
    if (summary.file !== undefined) return;
    counts.passed = summary.counts.passed;
    counts.skipped = summary.counts.skipped;
    counts.failed =
      summary.counts.tests - summary.counts.passed - summary.counts.skipped - summary.counts.todo;
  });
  const report = stream.compose(new spec());
  for await (const text of report) process.stdout.write(text);
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
  if (counts.passed + counts.failed === 0) say("NO TEST RAN");
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

function refuse(missing: readonly Missing[]): number {
  console.error("The cluster tests CANNOT RUN on this machine. Missing:");
  for (const { message } of missing) console.error(`  ${message}`);
  console.error("With --if-available they are skipped instead.");
  return 1;
}

function skipAll(missing: readonly Missing[]): number {
  say("SKIPPED: the cluster tests did not run. Missing:");
  for (const { message } of missing) say(`  ${message}`);
  return 0;
}

process.exitCode = await main();
