import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Child, freePorts, scratch, startChild, until } from "./child.ts";

const main = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));
const node = fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url));

/** The controller as a process of its own. */
export interface ControllerProcess {
  readonly child: Child;
  readonly healthz: string;
  readonly metrics: string;
  /** Ends it: SIGKILL is a crash, SIGTERM a shutdown. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the controller against this kubeconfig and waits until it is healthy. */
export async function startController(
  kubeconfig: string,
  flags: readonly string[] = [],
): Promise<ControllerProcess> {
  const { folder, remove } = await scratch("controller");
  const [healthzPort = 0, metricsPort = 0] = await freePorts(2);
  const child = startChild(
    "controller",
    node,
    [
      main,
      `--kubeconfig=${kubeconfig}`,
      `--healthzPort=${healthzPort}`,
      `--metricsPort=${metricsPort}`,
      ...flags,
    ],
    folder,
  );
  const healthz = `http://127.0.0.1:${healthzPort}/healthz`;
  const metrics = `http://127.0.0.1:${metricsPort}/metrics`;
  await until("the controller to be healthy", async () => (await fetch(healthz)).ok, { children: [child] });
  return {
    child,
    healthz,
    metrics,
    async stop(signal = "SIGTERM") {
      await child.stop(signal);
      await remove();
    },
  };
}

/** Where the manifests of the scenarios are. */
export const scenarios = join(fileURLToPath(new URL("../../scenario/", import.meta.url)));
