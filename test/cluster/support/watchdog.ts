import { rmSync } from "node:fs";
import { createInterface } from "node:readline";

// A process of its own (see guard.ts). It reads `keep pid 12`, `keep folder /tmp/x`, `drop pid 12` from its
// standard input; when that ends, however the other side died, it kills and removes what is still kept.

const pids = new Set<string>();
const folders = new Set<string>();

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, what, ...rest] = line.split(" ");
  const kept = what === "pid" ? pids : folders;
  const name = rest.join(" ");
  if (verb === "keep") kept.add(name);
  else kept.delete(name);
}

for (const pid of pids) {
  try {
    process.kill(Number(pid), "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
for (const folder of folders)
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
