import { spawn } from "node:child_process";
import { type Ran, runKubectl } from "../../cluster/support/kubectl.ts";
import type { Command } from "./commands.ts";

/** Runs one command, and gives what it said without what differs from run to run. */
export async function run(kubeconfig: string, folder: string, { args, input = [] }: Command): Promise<Ran> {
  const items = JSON.stringify({ apiVersion: "v1", kind: "List", items: input });
  const isGlobal = args.includes("crds") || args.includes("namespace") || isNamespace(input[0]);
  const place = isGlobal ? [] : ["--namespace=demo"];
  const { code, stdout, stderr } = await runKubectl(kubeconfig, folder, [...args, ...place], items);
  return { code, stdout: steady(stdout), stderr: steady(stderr) };
}

function isNamespace(object: object | undefined): boolean {
  return object !== undefined && "kind" in object && object.kind === "Namespace";
}

const unsteady: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UID"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME"],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "TIME"],
  [/(resourceVersion"?: )"\d+"/g, '$1"VERSION"'],
  [/(Resource Version: +)\d+/g, "$1VERSION"],
  [/\b10\.\d+\.\d+\.\d+\b/g, "IP"],
  [/\b(\d+[dhms]){1,2}\b(?= |$|\n)/g, "AGE"],
  [/<(unknown|invalid)>/g, "AGE"],
  [/ {2,}/g, "  "],
  // A real API server may begin with repairs of what it has just made itself.
  [/^Events:\s*\n.*\n.*\n(.*ClusterIPNotAllocated.*\n)+/gm, "Events:  <none>\n"],
  [/^.*ClusterIPNotAllocated.*\n/gm, ""],
];

function steady(text: string): string {
  return unsteady.reduce((rest, [pattern, name]) => rest.replaceAll(pattern, name), text);
}

/** What `kubectl get -w` prints until it has shown that the Rollout `my-api` is scaled to seven. */
export async function watched(kubeconfig: string, folder: string, kind: string): Promise<readonly string[]> {
  const common = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${folder}/kubectl-cache`, "--namespace=demo"];
  const child = spawn("kubectl", [...common, "get", kind, "-w"], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const shown = (lines: number) => until(() => text.trimEnd().split("\n").length >= lines);
  await shown(2);
  await runKubectl(kubeconfig, folder, ["scale", "rollout/my-api", "--replicas=7", "--namespace=demo"]);
  await shown(3);
  child.kill();
  return steady(text)
    .trimEnd()
    .split("\n")
    .map((line) => line.trimEnd());
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 20));
}
