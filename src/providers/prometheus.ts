import { Problem } from "../api/problem.ts";
import { Prometheus } from "../api/providers.ts";
import { duration } from "../api/time.ts";
import { decimal } from "./numbers.ts";
import { answerIn, ask, serverOf } from "./prometheusApi.ts";
import { type Asking, provider, saying } from "./provider.ts";

/** Prometheus and VictoriaMetrics: an instant query, or a range of them, posted as a form (analysis 6.2). */
export const prometheus = provider(Prometheus, async (spec, asking) => {
  const { ARGO_ROLLOUTS_PROMETHEUS_ADDRESS: address = "" } = asking.surroundings.variables;
  const server = serverOf(spec, "prometheus", address);
  return saying({ ResolvedPrometheusQuery: spec.query ?? "" }, async () => {
    const { endpoint, form } = questionOf(spec, asking);
    return answerIn(await ask(server, endpoint, form, asking));
  });
});

function questionOf(
  { query = "", rangeQuery }: Prometheus,
  asking: Asking,
): { readonly endpoint: string; readonly form: Readonly<Record<string, string>> } {
  if (rangeQuery === undefined) {
    return { endpoint: "api/v1/query", form: { query, time: decimal(asking.now / 1000) } };
  }
  const read = <Read>(field: "start" | "end" | "step", kind: string, parse: (text: string) => Read): Read => {
    try {
      return parse(rangeQuery[field] ?? "");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(`failed to parse rangeQuery.${field} as ${kind}: ${error.message}`);
    }
  };
  const start = read("start", "time", asking.timeOf);
  const end = read("end", "time", asking.timeOf);
  const step = read("step", "duration", duration);
  return {
    endpoint: "api/v1/query_range",
    form: { end: decimal(end / 1000), query, start: decimal(start / 1000), step: decimal(step / 1000) },
  };
}
