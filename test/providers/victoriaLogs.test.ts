import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { type Answer, measured, now, type Seen, serving } from "./server.ts";

/** What VictoriaLogs (the one in VictoriaMetrics v1.108.0) answered, byte for byte; all other times are as here. */
const vector = (...series: readonly (readonly [labels: string, value: string])[]): string => {
  const result = series.map(
    ([labels, value]) => `{"metric":{${labels}},"value":[1795277471,${JSON.stringify(value)}]}`,
  );
  return `{"status":"success","data":{"resultType":"vector","result":[${result.join(",")}]}}`;
};
const refused = (error: string): Answer => ({
  status: 422,
  body: JSON.stringify({ status: "error", errorType: "422", error }),
});

const recorded: readonly [query: string, reply: Answer, want: object][] = [
  ["_time:5m service:web | stats count() as n", vector(['"__name__":"n"', "6"]), list("[6]", 6)],
  ["_time:5m service:none | stats count() as n", vector(['"__name__":"n"', "0"]), list("[0]", 0)],
  [
    "_time:5m service:web | stats by (pod) count() as n",
    vector(['"__name__":"n","pod":"p1"', "3"], ['"__name__":"n","pod":"p0"', "3"]),
    list("[3,3]", 3, 3),
  ],
  ["_time:5m service:none | stats by (pod) count() as n", vector(), list("[]")],
  [
    "_time:5m service:web | stats count() if (level:error) as bad, count() as all | math bad / all as ratio",
    vector(
      ['"__name__":"bad"', "2"],
      ['"__name__":"all"', "6"],
      ['"__name__":"ratio"', "0.3333333333333333"],
    ),
    list("[2,6,0.3333333333333333]", 2, 6, 0.3333333333333333),
  ],
  ["service:none | stats avg(status) as m", vector(['"__name__":"m"', "NaN"]), list("[NaN]", Number.NaN)],
  ["service:none | stats max(status) as m", vector(['"__name__":"m"', ""]), list("[NaN]", Number.NaN)],
  [
    "service:web | stats max(level) as m",
    vector(['"__name__":"m"', "info"]),
    error('bad_response: the value "info" is no number'),
  ],
  [
    "* | stats uniq_values(pod) as u",
    vector(['"__name__":"u"', '["p0","p1"]']),
    error('bad_response: the value "[\\"p0\\",\\"p1\\"]" is no number'),
  ],
  [
    "garbage | | (",
    refused('cannot parse query [garbage | | (]: unexpected pipe "|"; context: [garbage | |]'),
    error('422: cannot parse query [garbage | | (]: unexpected pipe "|"; context: [garbage | |]'),
  ],
  [
    "_time:5m service:web",
    refused("missing `| stats ...` pipe in the query [_time:5m service:web]"),
    error("422: missing `| stats ...` pipe in the query [_time:5m service:web]"),
  ],
];

for (const [query, reply, want] of recorded) {
  test(`victoriaLogs: ${query}`, async () => {
    const ask = async (address: string, seen: readonly Seen[]) => {
      const told = await measured({ provider: { victoriaLogs: { address: `${address}/logs/`, query } } });
      deepEqual(told, { ...want, about: { ResolvedVictoriaLogsQuery: query } });
      const [{ method = "", url = "", body = "" } = {}] = seen;
      equal(`${method} ${url}`, "POST /logs/select/logsql/stats_query");
      deepEqual(
        [...new URLSearchParams(body)],
        [
          ["query", query],
          ["time", String(now / 1000)],
        ],
      );
    };
    await serving(() => reply, ask);
  });
}

function list(text: string, ...values: readonly number[]): object {
  return { is: "value", value: Float64Array.from(values), text };
}

function error(message: string): object {
  return { is: "error", message };
}
