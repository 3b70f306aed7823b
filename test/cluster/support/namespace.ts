import { spawnSync } from "node:child_process";
import { Missing } from "./missing.ts";

/** Every address of pods; on `lo` a whole range can be listened on at once. */
const range = "10.244.0.1/16";
const setUp = `ip link set lo up && ip address add ${range} dev lo`;

/**
 * A command line that runs a program in a network namespace of its own: with nothing but `lo`, which has
 * 127.0.0.1 and all addresses of 10.244.0.0/16. The namespace ends with its last process.
 */
export function inNamespace(command: string, args: readonly string[]): readonly [string, readonly string[]] {
  const asRoot = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  return ["unshare", ["--net", ...asRoot, "--", "sh", "-ec", `${setUp}; exec "$@"`, "sh", command, ...args]];
}

/** Why no network namespace can be made on this machine; nothing where one can. */
export function missingNamespaces(): Missing[] {
  const [command, args] = inNamespace("true", []);
  const ran = spawnSync(command, args, { encoding: "utf8" });
  if (ran.status === 0) return [];
  const why = ran.error?.message ?? ran.stderr.trim();
  return [new Missing("network namespaces", `cannot be made with unshare and ip (root can): ${why}`)];
}
