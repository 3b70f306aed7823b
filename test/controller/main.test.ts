import { deepEqual, equal, match } from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ApiServer } from "../kube/support/apiServer.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const lease = "/apis/coordination.k8s.io/v1/namespaces/team/leases/argo-rollouts-controller-lock-blue";

interface Ran {
  readonly code: number | null;
  readonly text: string;
}

/** Runs the real process; `when` may act on it as its output grows. */
function run(args: string[], when: (text: string, end: () => void) => void = () => {}): Promise<Ran> {
  const { POD_NAMESPACE: _, ...env } = process.env;
  const child = spawn(process.execPath, [main, ...args], { env: { ...env, POD_NAMESPACE: "team" } });
  let text = "";
  let isEnding = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (isEnding) return;
      when(text, () => {
        isEnding = true;
        child.kill("SIGTERM");
      });
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text }));
  });
}

test("main: an unknown flag is refused with code 2, a kubeconfig that is not there with 1", async () => {
  const [unknown, missing] = await Promise.all([run(["--nonsense"]), run(["--kubeconfig=/nowhere/config"])]);
  deepEqual([unknown.code, unknown.text], [2, "error: unknown option '--nonsense'\n"]);
  equal(missing.code, 1);
  match(missing.text, /level=error msg="The controller cannot start" error="ENOENT.*\/nowhere\/config/);
});

test("main: with a kubeconfig it leads, and SIGTERM ends it with code 0 and without the lease", async (t) => {
  const server = await ApiServer.start();
  const folder = await mkdtemp(join(tmpdir(), "lotse-main-"));
  t.after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
  server.put("/api/v1/namespaces/team", namespace);
  const kubeconfig = join(folder, "config");
  const config = {
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u", namespace: "team" } }],
    clusters: [{ name: "c", cluster: { server: server.url } }],
    users: [{ name: "u", user: { token: "secret-token" } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const args = [
    `--kubeconfig=${kubeconfig}`,
    "--metricsPort=0",
    "--healthzPort=0",
    "--instance-id=blue",
    "--kloglevel=1",
  ];
  const { code, text } = await run([...args, "--logformat=json", "--loglevel=debug"], (said, end) => {
    if (said.includes("Started controller")) end();
  });
  equal(code, 0, text);
  match(text, /"level":"warning".*"flag":"--kloglevel"/);
  equal(server.arrived[0]?.headers.authorization, "Bearer secret-token");
  equal(text.includes("secret-token"), false);
  const spec = server.at(lease)?.["spec"] as { holderIdentity?: string } | undefined;
  equal(spec?.holderIdentity, "");
});
