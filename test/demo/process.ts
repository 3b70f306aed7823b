import { execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const main = fileURLToPath(new URL("../../src/demo/main.ts", import.meta.url));

/** How a run of the demo ended, and what it left. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files in its folder for temporary files. */
  readonly files: readonly string[];
  /** Processes that still name that folder. */
  readonly processes: readonly string[];
  /** How long it took, in seconds. */
  readonly took: number;
}

/** What a test may do to a demo that runs. */
export interface Running {
  kill(signal: NodeJS.Signals): void;
  /** Reads its output no longer. */
  closeOutput(): void;
}

/**
 * Runs the real demo with a folder for temporary files of its own; `when` may act on it as its output grows.
 */
export async function runDemo(
  args: readonly string[],
  when: (output: string, demo: Running) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), "lotse-demo-test-"));
  const since = performance.now();
  const child = spawn(process.execPath, [main, ...args], { env: { ...process.env, TMPDIR: folder, ...env } });
  const demo: Running = { kill: (signal) => child.kill(signal), closeOutput: () => child.stdout.destroy() };
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    when(stdout, demo);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const took = (performance.now() - since) / 1000;
  const [files, processes] = await Promise.all([readdir(folder), processesNaming(folder)]);
  await rm(folder, { recursive: true, force: true });
  return { code, stdout, stderr, files, processes, took };
}

async function processesNaming(text: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid,args"]);
  return stdout.split("\n").filter((line) => line.includes(text));
}
