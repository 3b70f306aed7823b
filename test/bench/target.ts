import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, freePorts, scratch, startChild, until } from "../cluster/support/child.ts";
import { type Usage, usageOf } from "./process.ts";

/** The controller that is measured. */
export interface Target {
  usage(): Usage;
  /** Fails when the controller has ended. */
  check(): Promise<void>;
  /** Ends it, and returns what starts it again; undefined when it is not ours to restart. */
  readonly restart?: () => Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

/** A controller that runs already. */
export function running(pid: number): Target {
  return { usage: () => usageOf(pid), check: async () => void usageOf(pid), stop: async () => {} };
}

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Our own controller: the bundle, with the flags that the image has. Resolves when it is healthy. */
export async function startBundle(kubeconfig: string): Promise<Target> {
  const { folder, remove } = await scratch("bench");
  await cp(join(root, "dist"), join(folder, "dist"), { recursive: true });
  const [healthz = 0, metrics = 0] = await freePorts(2);
  const args = [
    "--max-semi-space-size=2",
    ...(process.env["LOTSE_BENCH_NODE_FLAGS"]?.split(" ") ?? []),
    join(folder, "dist/main.mjs"),
    `--kubeconfig=${kubeconfig}`,
    `--healthzPort=${healthz}`,
    `--metricsPort=${metrics}`,
  ];
  let child: Child;
  const start = async (): Promise<void> => {
    child = startChild("controller", process.execPath, args, folder);
    const ok = async () => (await fetch(`http://127.0.0.1:${healthz}/healthz`)).ok;
    await until("the controller to be healthy", ok, { children: [child] });
  };
  await start();
  return {
    usage: () => usageOf(child.pid),
    check: () => child.check(),
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
