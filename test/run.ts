import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { text } from "node:stream/consumers";
import { run } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const here = fileURLToPath(new URL(".", import.meta.url));
const usage = "usage: npm test [-- NAME of a test file or folder...]";

/** Folders with a runner of their own. */
const elsewhere = ["cluster", "bench"];

/** What `npm run test:property` runs and this only when it is named: a sample of the histories stands for it. */
const thorough = "property/";
const sample = "property/histories.test.ts";

/** What takes long runs beside everything else: the one computes on the other core, the other mostly waits. */
const slow = [
  ["property/", "scenario/", "parity/", "sim/"],
  ["controller/", "demo/"],
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs all test files that need nothing but Node, in a few processes; answers the exit code. */
async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { here: { type: "boolean", default: false } },
  });
  const files = await testFiles(positionals);
  const since = performance.now();
  const groups = values.here ? [] : slow.map((parts) => files.filter((path) => isIn(path, parts)));
  const beside = groups.flat();
  const reports = await Promise.all([
    runHere(files.filter((path) => !beside.includes(path))),
    ...groups.map((group) => (group.length === 0 ? none : runBeside(group))),
  ]);
  const counts = reports.reduce(sum);
  if (!values.here) {
    console.log(`${files.length} test files in ${((performance.now() - since) / 1000).toFixed(1)} s`);
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

const none: Counts = { passed: 0, failed: 0, skipped: 0 };

function isIn(path: string, parts: readonly string[]): boolean {
  return parts.some((part) => path.startsWith(part));
}

function sum(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
  };
}

/** The test files whose path contains one of the filters; without a filter all but what takes very long. */
async function testFiles(filters: readonly string[]): Promise<string[]> {
  const all = (await readdir(here, { recursive: true }))
    .filter((path) => path.endsWith(".test.ts") && !elsewhere.some((folder) => path.startsWith(`${folder}/`)))
    .sort();
  const wanted = filters.map((filter) => filter.replace(/^test\//, ""));
  const found = all.filter((path) =>
    wanted.length === 0
      ? !path.startsWith(thorough) || path === sample
      : wanted.some((part) => path.includes(part)),
  );
  if (found.length === 0) throw new Error(`no test file matches ${filters.join(" ")}\n${usage}`);
  return found;
}

/** Runs files in another process and passes on what it prints; one that dies counts as a failure. */
async function runBeside(paths: readonly string[]): Promise<Counts> {
  const self = fileURLToPath(import.meta.url);
  const child = spawn(process.execPath, [self, "--here", ...paths], { stdio: ["ignore", "pipe", "inherit"] });
  const output = await text(child.stdout);
  const lines = output.trimEnd().split("\n");
  const [, passed, failed, skipped] =
    /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(lines.pop() ?? "") ?? [];
  for (const line of lines) if (line !== "") console.log(line);
  if (passed === undefined) return { passed: 0, failed: 1, skipped: 0 };
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped ?? 0) };
}

async function runHere(paths: readonly string[]): Promise<Counts> {
  if (paths.length === 0) return none;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files: paths.map((path) => join(here, path)), isolation: "none", concurrency: false });
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
    console.log(`FAILED ${name}${where}\n${String(details.error.cause ?? details.error)}\n`);
  });
  stream.on("test:stdout", ({ message }) => process.stdout.write(message));
  stream.resume();
  await new Promise((resolve) => stream.once("end", resolve));
  counts.failed += await unloaded(paths);
  return counts;
}

/**
 * How many files could not be loaded, each with its error: the runner passes over them in silence. One that
 * was loaded is not run again by this.
 */
async function unloaded(paths: readonly string[]): Promise<number> {
  let count = 0;
  for (const path of paths) {
    try {
      await import(pathToFileURL(join(here, path)).href);
    } catch (error) {
      count += 1;
      console.log(`FAILED to load ${path}\n${error instanceof Error ? error.stack : String(error)}\n`);
    }
  }
  return count;
}

process.exit(await main());
