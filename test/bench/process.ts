import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What Linux knows of a process. */
export interface Usage {
  /** CPU time in milliseconds, user and system; the clock ticks in tens. */
  readonly cpu: number;
  /** Resident memory in MiB. */
  readonly rss: number;
  /** The most it has ever been. */
  readonly peak: number;
}

const tick = 1000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Reads what a process uses. Throws when it is not there. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in parentheses, may hold anything; the fields after it begin with the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) * tick,
    rss: mebibytes(status, "VmRSS"),
    peak: mebibytes(status, "VmHWM"),
  };
}

function mebibytes(status: string, name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1];
  return Number(kib ?? 0) / 1024;
}
