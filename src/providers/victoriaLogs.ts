import { VictoriaLogs } from "../api/providers.ts";
import { decimal } from "./numbers.ts";
import { answerIn, ask, serverOf } from "./prometheusApi.ts";
import { provider, saying } from "./provider.ts";

/** VictoriaLogs: a LogsQL stats query, answered as Prometheus answers an instant query. */
export const victoriaLogs = provider(VictoriaLogs, async (spec, asking) => {
  const server = serverOf(spec, "victoriaLogs");
  const { query = "" } = spec;
  const form = { query, time: decimal(asking.now / 1000) };
  return saying({ ResolvedVictoriaLogsQuery: query }, async () =>
    answerIn(await ask(server, "select/logsql/stats_query", form, asking)),
  );
});
