import { Family } from "./exposition.ts";

/** Which build this is. */
export interface Build {
  readonly version: string;
  readonly commit: string;
}

/**
 * What the process itself costs, under the usual names; read at the moment of the scrape, so it costs nothing
 * else.
 */
export function processMetrics({ version, commit }: Build): string {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const started = Date.now() / 1_000 - process.uptime();
  return [
    one("process_cpu_seconds_total", "counter", "CPU time spent, in seconds.", (user + system) / 1e6),
    one("process_resident_memory_bytes", "gauge", "Resident memory.", rss),
    one(
      "process_start_time_seconds",
      "gauge",
      "When the process began, since 1970.",
      Math.round(started * 1_000) / 1_000,
    ),
    one("nodejs_heap_size_used_bytes", "gauge", "JavaScript heap in use.", heapUsed),
    one("nodejs_heap_size_total_bytes", "gauge", "JavaScript heap reserved.", heapTotal),
    one("nodejs_external_memory_bytes", "gauge", "Memory outside of the JavaScript heap.", external),
    one("argo_rollouts_controller_info", "gauge", "The running controller.", 1, { version }),
    one("build_info", "gauge", "The running build; goversion is that of Node.", 1, {
      version,
      goversion: process.version,
      goarch: process.arch,
      commit,
    }),
  ].join("");
}

function one(name: string, type: "gauge" | "counter", help: string, value: number, labels = {}): string {
  const family = new Family(name, type, help);
  family.add(labels, value);
  return family.text();
}
