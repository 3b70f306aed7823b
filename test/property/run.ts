import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { options } from "./options.ts";

// `node test/property/run.ts --runs 2000 [--seed N]`: this folder, with more histories than `npm test` has time for.
const { runs, seed, path } = options();
const runner = join(import.meta.dirname, "..", "run.ts");
const { status } = spawnSync(process.execPath, [runner, "--here", "property/"], {
  stdio: "inherit",
  env: {
    ...process.env,
    PROPERTY_RUNS: String(runs),
    PROPERTY_SEED: String(seed),
    ...(path && { PROPERTY_PATH: path }),
  },
});
process.exitCode = status ?? 1;
