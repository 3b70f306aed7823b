import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, freePorts, scratch, startChild, until } from "../cluster/support/child.ts";
import { type Usage, usageOf } from "./process.ts";

/** The controller that is measured. */
export interface Target {
  usage(): Usage;
  /** Fails when the controller has ended. */
  check(): Promise<void>;
  /** Starts it again when it has ended; undefined when it is not ours to start. */
  readonly revive?: () => Promise<void>;
  /** Ends it, and returns what starts it again; undefined when it is not ours to restart. */
  readonly restart?: () => Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** A controller that runs already. */
export function running(pid: number): Target {
  return { usage: () => usageOf(pid), check: async () => void usageOf(pid), stop: async () => {} };
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How a controller is started. */
interface Started {
  readonly environment: readonly string[];
  /** Options of Node. */
  readonly flags: readonly string[];
}

/** The environment and the options of Node with which the image starts the controller. */
async function asInImage(): Promise<Started> {
  const text = await readFile(join(root, "deploy/Dockerfile"), "utf8");
  const environment = [...text.matchAll(/^ENV (MALLOC_\w+=\S+)$/gm)].map(([, said = ""]) => said);
  const [, line = "[]"] = /^ENTRYPOINT (\[.*\])$/m.exec(text) ?? [];
  const flags = (JSON.parse(line) as readonly string[]).filter((word) => word.startsWith("--"));
  if (environment.length === 0 || flags.length === 0) throw new Error("deploy/Dockerfile says no options");
  return { environment, flags };
}

/** The kubeconfig of a control plane of ours, with the certificate in a file, as a pod finds it. */
async function withFiles(kubeconfig: string, folder: string): Promise<string> {
  const config = JSON.parse(await readFile(kubeconfig, "utf8")) as {
    readonly clusters: readonly { cluster: Record<string, unknown> }[];
  };
  for (const entry of config.clusters) {
    const { "certificate-authority-data": data, ...cluster } = entry.cluster;
    if (typeof data !== "string") continue;
    const file = join(folder, "ca.crt");
    await writeFile(file, Buffer.from(data, "base64"));
    entry.cluster = { ...cluster, "certificate-authority": file };
  }
  return JSON.stringify(config);
}

/**
 * Our own controller: the bundle, as the image starts it. `LOTSE_BENCH_NODE_FLAGS` adds options of Node, such
 * as `--cpu-prof`. Resolves when it is healthy.
 */
export async function startBundle(kubeconfig: string): Promise<Target> {
  const { folder, remove } = await scratch("bench");
  execFileSync(process.execPath, [join(root, ".ci/build.mjs"), join(folder, "dist")], { stdio: "inherit" });
  const [healthz = 0, metrics = 0] = await freePorts(2);
  const { environment, flags } = await asInImage();
  const config = join(folder, "kubeconfig.json");
  await writeFile(config, await withFiles(kubeconfig, folder));
  const args = [
    ...environment,
    process.execPath,
    ...flags,
    ...(process.env["LOTSE_BENCH_NODE_FLAGS"]?.split(" ") ?? []),
    join(folder, "dist/main.mjs"),
    `--kubeconfig=${config}`,
    `--healthzPort=${healthz}`,
    `--metricsPort=${metrics}`,
  ];
  let child: Child;
  const start = async (): Promise<void> => {
    child = startChild("controller", "env", args, folder);
    const ok = async () => (await fetch(`http://127.0.0.1:${healthz}/healthz`)).ok;
    await until("the controller to be healthy", ok, { children: [child] });
  };
  await start();
  return {
    usage: () => usageOf(child.pid),
    check: () => child.check(),
    async revive() {
      const runs = await child.check().then(
        () => true,
        () => false,
      );
      if (!runs) await start();
    },
    async restart() {
      await child.stop("SIGTERM");
      return start;
    },
    async stop() {
      await child.stop("SIGTERM");
      await remove();
    },
  };
}
