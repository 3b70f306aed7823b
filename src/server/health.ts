import { type Served, serve } from "./serve.ts";

/**
 * `/healthz` says `ok` as long as the process serves, on leaders and standbys alike (traffic-cli-ops 7.2).
 */
export function serveHealth(port: number): Promise<Served> {
  const ok = { type: "text/plain; charset=utf-8", body: "ok" };
  return serve({ "/healthz": async () => ok }, port, "--healthzPort");
}
