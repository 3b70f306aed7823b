import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What a command that ran to its end said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What else a call of kubectl may be told. */
export interface KubectlOptions {
  /** Its standard input, for `apply -f -`. */
  readonly input?: string;
  /** Who asks: a user of the token file. Default: the administrator. */
  readonly user?: string;
}

/**
 * Runs the installed kubectl with a kubeconfig; its discovery cache stays in the folder, as ports are used
 * again.
 */
export function runKubectl(
  kubeconfig: string,
  folder: string,
  args: readonly string[],
  input = "",
): Promise<Ran> {
  const common = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(folder, "kubectl-cache")}`];
  return new Promise((resolve, reject) => {
    const child = spawn("kubectl", [...common, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        said[name] += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...said }));
    child.stdin.on("error", () => {}); // It may end without reading its input; the exit code tells.
    child.stdin.end(input);
  });
}

/** Writes a kubeconfig for one token; every reader of kubeconfigs takes JSON. */
export async function writeKubeconfig(
  path: string,
  server: string,
  ca: string,
  token: string,
): Promise<void> {
  const cluster = { server, "certificate-authority-data": Buffer.from(ca).toString("base64") };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lotse", cluster }],
    users: [{ name: "lotse", user: { token } }],
    contexts: [{ name: "lotse", context: { cluster: "lotse", user: "lotse", namespace: "default" } }],
    "current-context": "lotse",
  };
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
}
