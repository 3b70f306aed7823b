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

/** One pool of memory for all threads: glibc keeps one for each otherwise, with what each once needed. */
const environment = ["MALLOC_ARENA_MAX=1"];

/** Little room for young objects, and a heap that grows in small steps. */
const flags = ["--max-semi-space-size=2", "--heap-growing-percent=30"];

/**
 * Our own controller: the bundle, as an image should start it. `LOTSE_BENCH_NODE_FLAGS` adds flags of Node, such as
 * `--cpu-prof`. Resolves when it is healthy.
 */
export async function startBundle(kubeconfig: string): Promise<Target> {
  const { folder, remove } = await scratch("bench");
  await cp(join(root, "dist"), join(folder, "dist"), { recursive: true });
  const [healthz = 0, metrics = 0] = await freePorts(2);
  const args = [
    ...environment,
    process.execPath,
    ...flags,
    ...(process.env["LOTSE_BENCH_NODE_FLAGS"]?.split(" ") ?? []),
    join(folder, "dist/main.mjs"),
    `--kubeconfig=${kubeconfig}`,
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
