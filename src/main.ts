import { setFlagsFromString } from "node:v8";
import about from "../package.json" with { type: "json" };
import { messageOf } from "./api/problem.ts";
import { fenced } from "./controller/fence.ts";
import { readFlags } from "./controller/flags.ts";
import { namesMetric, tableOf } from "./controller/kinds.ts";
import { jobClusterOf } from "./controller/measuring.ts";
import { controllerNamespace } from "./controller/ownNamespace.ts";
import { startController } from "./controller/start.ts";
import { wallClock } from "./controller/wallClock.ts";
import { accessOf } from "./kube/access.ts";
import { loadConfig } from "./kube/config.ts";
import { createLog } from "./telemetry/log.ts";

// Keeps the heap compact (docs/benchmarks.md). As an option of Node it would also leave the young generation
// less than deploy/Dockerfile says, which costs time.
setFlagsFromString("--optimize-for-size");

const build = { version: about.version, commit: process.env["LOTSE_COMMIT"] ?? "unknown" };
const line = readFlags(process.argv.slice(2), build.version);
process.exitCode = line.is === "run" ? await main(line.flags) : line.code;
if (line.is === "print") (line.code === 0 ? process.stdout : process.stderr).write(line.text);
else process.exit();

/**
 * The controller process: config, ports, kinds; resolves to the exit code. A second signal ends it at once.
 */
async function main(flags: Extract<typeof line, { is: "run" }>["flags"]): Promise<number> {
  const log = createLog({ level: flags.loglevel, format: flags.logformat });
  try {
    const { config, namespace } = loadConfig(flags);
    const surroundings = { variables: process.env, namespace: controllerNamespace() };
    const jobCluster = jobClusterOf(process.env, flags, `lotse/${build.version}`);
    const controller = await startController({
      flags,
      build,
      log,
      namespace,
      access: accessOf(config),
      clock: wallClock,
      table: (client, mayWrite, istioCluster) => {
        const jobs = jobCluster && fenced(jobCluster, mayWrite);
        const place = { namespace: flags.namespaced ? namespace : undefined, istioCluster };
        return tableOf(client, flags, surroundings, jobs, place);
      },
      matches: namesMetric,
    });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      process.once(signal, () => {
        controller.stop();
        process.once(signal, () => process.exit(1));
      });
    }
    return await controller.ended;
  } catch (error) {
    log.error({ error: messageOf(error) }, "The controller cannot start");
    return 1;
  }
}
