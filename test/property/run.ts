import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { options } from "./options.ts";

// `node test/property/run.ts --runs 2000 [--seed N]`: all of this folder, with more histories than `npm test` has time for.
const { runs, seed } = options();
const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => join(import.meta.dirname, file));
const { status } = spawnSync(process.execPath, ["--test", "--test-isolation=none", ...files], {
  stdio: "inherit",
  env: { ...process.env, PROPERTY_RUNS: String(runs), PROPERTY_SEED: String(seed) },
});
process.exitCode = status ?? 1;
