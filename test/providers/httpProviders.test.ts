import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { MetricProvider } from "../../src/api/providers.ts";
import { type Answer, type Given, measured, type Seen, serving } from "./server.ts";

const floats = (...values: number[]) => Float64Array.from(values);
const json = (value: unknown) => JSON.stringify(value);

/** A provider as its cases need it: its spec and secrets for a server at an address. */
interface Subject {
  readonly spec: (address: string) => MetricProvider;
  readonly secrets?: (address: string) => NonNullable<Given["secrets"]>;
}

const graphite: Subject = {
  spec: (address) => ({ graphite: { address, query: "target= sum(a.b, c) &from=-10min" } }),
};
const newRelic: Subject = {
  spec: () => ({ newRelic: { query: "SELECT 1" } }),
  secrets: (address) => ({
    newrelic: {
      "personal-api-key": "nr-key",
      "account-id": "42",
      "base-url-nerdgraph": `${address}/graphql`,
    },
  }),
};
const influxdb: Subject = {
  spec: () => ({ influxdb: { query: "from(bucket)" } }),
  secrets: (address) => ({ influxdb: { address, authToken: "in-token", org: "my org" } }),
};
const skywalking: Subject = {
  spec: (address) => ({ skywalking: { address, query: "query{x}", interval: "5m" } }),
};
const victoriaLogs: Subject = {
  spec: (address) => ({ victoriaLogs: { address, query: "error | stats count() c" } }),
};

const nrql = (results: unknown) => json({ data: { actor: { account: { nrql: { results } } } } });
const table = (rows: string, type = "double") =>
  `#datatype,string,long,${type}\r\n#group,false,false,false\r\n#default,_result,,\r\n,result,table,_value\r\n${rows}\r\n`;

const values: readonly [name: string, subject: Subject, answer: Answer, want: object][] = [
  [
    "graphite reads the first target",
    graphite,
    json([
      {
        datapoints: [
          [1.5, 1],
          [null, 2],
          ["2.25", 3],
        ],
      },
      { datapoints: [[9, 1]] },
    ]),
    { value: floats(1.5, 2.25), text: "[1.500000,2.250000]", shownAlways: true },
  ],
  [
    "graphite reads nulls as no points",
    graphite,
    json([{ datapoints: [[null, 1]] }]),
    { value: floats(), text: "[]", shownAlways: true },
  ],
  [
    "newRelic reads one row",
    newRelic,
    nrql([{ b: 1, a: "x" }]),
    { value: { b: 1, a: "x" }, text: '{"a":"x","b":1}', about: { ResolvedNewRelicQuery: "SELECT 1" } },
  ],
  [
    "newRelic reads several rows",
    newRelic,
    nrql([{ a: 1 }, { a: 2 }]),
    { value: [{ a: 1 }, { a: 2 }], text: '[{"a":1},{"a":2}]', about: { ResolvedNewRelicQuery: "SELECT 1" } },
  ],
  ["influxdb reads floats", influxdb, table(",,0,1.5\r\n,,0,3"), { value: [1.5, 3], text: "[1.5 3]" }],
  ["influxdb reads whole numbers", influxdb, table(",,0,7", "long"), { value: [7n], text: "[7]" }],
  [
    "influxdb reads texts",
    influxdb,
    table(',,0,"a ""b"", c"', "string"),
    { value: ['a "b", c'], text: '[a "b", c]' },
  ],
  [
    "influxdb reads several tables",
    influxdb,
    `${table(",,0,1")}\r\n${table(",,1,2")}`,
    { value: [1, 2], text: "[1 2]" },
  ],
  [
    "skywalking reads the data",
    skywalking,
    json({ data: { x: { b: 1, a: 2 } } }),
    { value: { x: { b: 1, a: 2 } }, text: '{"x":{"a":2,"b":1}}' },
  ],
  [
    "victoriaLogs reads a vector",
    victoriaLogs,
    json({ status: "success", data: { resultType: "vector", result: [{ metric: {}, value: [1, "3"] }] } }),
    { value: floats(3), text: "[3]", about: { ResolvedVictoriaLogsQuery: "error | stats count() c" } },
  ],
];
for (const [name, { spec, secrets }, answer, want] of values) {
  test(name, async () => {
    await serving(
      () => answer,
      async (address) => {
        const told = await measured({ provider: spec(address), secrets: secrets?.(address) ?? {} });
        deepEqual(told, { is: "value", ...want });
      },
    );
  });
}

const errors: readonly [name: string, subject: Subject, answer: Answer, message: RegExp][] = [
  ["graphite: an error", graphite, { status: 400, body: "bad target" }, /^error response: bad target$/],
  ["graphite: no series", graphite, "[]", /^no values found$/],
  ["graphite: no JSON", graphite, "<html>", /^the server did not answer as Graphite does$/],
  ["graphite: a reset", graphite, "reset", /^Get ".*": connection reset by peer$/],
  [
    "graphite: a value that is none",
    graphite,
    json([{ datapoints: [["x", 1]] }]),
    /^the value "x" is not a number$/,
  ],
  [
    "newRelic: an error",
    newRelic,
    json({ errors: [{ message: "NRQL Syntax Error" }] }),
    /^NRQL Syntax Error$/,
  ],
  ["newRelic: no rows", newRelic, nrql([]), /^no results returned from NRQL query$/],
  ["newRelic: an empty row", newRelic, nrql([{}]), /^no results returned from NRQL query$/],
  [
    "newRelic: wrong key, which it repeats",
    newRelic,
    { status: 403, body: "key nr-key" },
    /^the server answered 403: key \*{5}$/,
  ],
  [
    "influxdb: an error",
    influxdb,
    { status: 400, body: json({ code: "invalid", message: "bad flux" }) },
    /^invalid: bad flux$/,
  ],
  [
    "influxdb: an error in a table",
    influxdb,
    "#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n,failed to run,897\r\n",
    /^failed to run$/,
  ],
  ["influxdb: no records", influxdb, "\r\n", /^no results returned from flux query$/],
  ["skywalking: an error", skywalking, json({ errors: [{ message: "bad field" }] }), /^graphql: bad field$/],
  ["skywalking: no data", skywalking, json({ data: null }), /^no results returned from SkyWalking query$/],
  [
    "skywalking: no JSON",
    skywalking,
    { status: 500, body: "oops" },
    /^graphql: the server answered 500 without JSON$/,
  ],
  ["victoriaLogs: an error", victoriaLogs, { status: 400, body: "cannot parse query" }, /^bad_response: /],
];
for (const [name, { spec, secrets }, answer, message] of errors) {
  test(`${name} is an error`, async () => {
    await serving(
      () => answer,
      async (address) => {
        const told = await measured({ provider: spec(address), secrets: secrets?.(address) ?? {} });
        match(told.is === "error" ? told.message : json(told), message);
      },
    );
  });
}

const unbuildable: readonly [name: string, given: Given, message: string][] = [
  [
    "graphite without address",
    { provider: { graphite: { address: "graphite", query: "" } } },
    "Graphite address graphite is not a valid URL",
  ],
  ["newRelic without secret", { provider: { newRelic: { query: "" } } }, 'secrets "newrelic" not found'],
  [
    "newRelic without its profile",
    { provider: { newRelic: { query: "", profile: "p" } } },
    'secrets "p" not found',
  ],
  [
    "newRelic without key",
    { provider: { newRelic: { query: "" } }, secrets: { newrelic: { "account-id": "1" } } },
    "account ID or personal API key not found",
  ],
  [
    "newRelic with a wrong account",
    {
      provider: { newRelic: { query: "" } },
      secrets: { newrelic: { "account-id": "x", "personal-api-key": "k" } },
    },
    'could not parse account ID: strconv.Atoi: parsing "x": invalid syntax',
  ],
  [
    "newRelic with a wrong timeout",
    { provider: { newRelic: { query: "", timeout: -1 } } },
    "timeout value needs to be a positive value",
  ],
  [
    "influxdb without token",
    { provider: { influxdb: {} }, secrets: { influxdb: { org: "o" } } },
    "authToken, org, or address not found",
  ],
  [
    "wavefront without token",
    { provider: { wavefront: { address: "w" } }, secrets: { "wavefront-api-tokens": {} } },
    "API token not found",
  ],
  [
    "skywalking without interval",
    { provider: { skywalking: { address: "http://x" } } },
    'time: invalid duration ""',
  ],
  [
    "victoriaLogs without address",
    { provider: { victoriaLogs: { query: "x" } } },
    "victoriaLogs address is not configured",
  ],
  [
    "a plugin",
    { provider: { plugin: { "a/b": {} } } },
    'provider.plugin["a/b"]: plugins are not loaded by this controller; give the url of an HTTP service that measures instead (docs/metric-plugin.md), or use provider.web',
  ],
];
for (const [name, given, message] of unbuildable) {
  test(`${name} cannot be asked`, async () => deepEqual(await measured(given), { is: "error", message }));
}

/** What a server saw when it was asked. */
async function seenBy({ spec, secrets }: Subject): Promise<Seen> {
  return serving(
    () => "",
    async (address, seen) => {
      await measured({ provider: spec(`${address}/base/`), secrets: secrets?.(address) ?? {} });
      return seen[0] as Seen;
    },
  );
}

test("graphite asks with a sorted query without spaces", async () => {
  const { method, url } = await seenBy(graphite);
  deepEqual([method, url], ["GET", "/base/render?format=json&from=-10min&target=sum%28a.b%2Cc%29"]);
});

test("newRelic asks NerdGraph", async () => {
  const { method, url, headers, body } = await seenBy(newRelic);
  deepEqual(
    [method, url, headers["api-key"], headers["content-type"]],
    ["POST", "/graphql", "nr-key", "application/json"],
  );
  const { query, variables } = JSON.parse(body);
  deepEqual(variables, { accountId: 42, query: "SELECT 1", timeout: 5 });
  match(
    query,
    /actor \{ account\(id: \$accountId\) \{ nrql\(query: \$query, timeout: \$timeout\) \{ results \} \} \}/,
  );
});

test("influxdb posts the flux query", async () => {
  const { method, url, headers, body } = await seenBy(influxdb);
  deepEqual([method, url, headers.authorization], ["POST", "/api/v2/query?org=my+org", "Token in-token"]);
  deepEqual(JSON.parse(body), {
    dialect: { annotations: ["datatype", "group", "default"], delimiter: ",", header: true },
    query: "from(bucket)",
    type: "flux",
  });
});

test("skywalking posts the query with its span", async () => {
  const { method, url, body } = await seenBy({
    spec: (address) => skywalking.spec(address.replace(/\/base\/$/, "")),
  });
  deepEqual([method, url], ["POST", "/graphql"]);
  const { query, variables } = JSON.parse(body);
  equal(query, "query{x}");
  match(variables.duration.start, /^\d{4}-\d\d-\d\d \d\d55$/);
  match(variables.duration.end, /^\d{4}-\d\d-\d\d \d\d00$/);
  equal(variables.duration.step, "MINUTE");
});

test("victoriaLogs posts the query", async () => {
  const { method, url, body } = await seenBy(victoriaLogs);
  deepEqual([method, url], ["POST", "/base/select/logsql/stats_query"]);
  equal(body, "query=error+%7C+stats+count%28%29+c&time=1714564800.5");
});
