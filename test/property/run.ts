import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { options } from "./options.ts";

// `node test/property/run.ts --runs 2000 [--seed N]`: more histories than `npm test` has time for.
const { runs, seed } = options();
const files = ["histories.test.ts", "crashes.test.ts"].map((file) => join(import.meta.dirname, file));
const { status } = spawnSync(process.execPath, ["--test", "--test-isolation=none", ...files], {
  stdio: "inherit",
  env: { ...process.env, PROPERTY_RUNS: String(runs), PROPERTY_SEED: String(seed) },
});
process.exitCode = status ?? 1;
