import { type Served, serve } from "./serve.ts";

/** `/metrics` in the Prometheus text format, on leaders and standbys alike (analysis 7.1). */
export function serveMetrics(port: number, text: () => Promise<string>): Promise<Served> {
  const type = "text/plain; version=0.0.4; charset=utf-8";
  return serve({ "/metrics": async () => ({ type, body: await text() }) }, port, "--metricsPort");
}
