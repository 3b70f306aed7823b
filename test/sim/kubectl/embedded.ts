import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Instant } from "../../../src/api/time.ts";
import type { Clock } from "../../../src/reconcile/ports.ts";
import { Cluster } from "../../../src/sim/cluster.ts";
import { serveApi } from "../../../src/sim/http.ts";

/** An embedded cluster with an HTTP face, and a kubeconfig for it in a folder of its own. */
export interface Embedded {
  readonly kubeconfig: string;
  readonly folder: string;
  stop(): Promise<void>;
}

const clock: Clock = {
  now: () => Date.now() as Instant,
  at(when, run) {
    const timer = setTimeout(run, when - Date.now());
    return () => clearTimeout(timer);
  },
};

/** Starts an embedded cluster without definitions, on the wall clock. */
export async function startEmbedded(): Promise<Embedded> {
  const folder = await mkdtemp(join(tmpdir(), "lotse-kubectl-"));
  const server = await serveApi(new Cluster({ clock }));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, server.kubeconfig);
  return {
    kubeconfig,
    folder,
    async stop() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
