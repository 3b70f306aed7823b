import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { Datadog } from "../../src/api/providers.ts";
import { type Answer, type Given, measured, serving } from "./server.ts";

const keys = { "api-key": "dd-api", "app-key": "dd-app" };
const json = (value: unknown) => JSON.stringify(value);

function asked(spec: Datadog, address: string, more: Partial<Given> = {}) {
  return measured({ provider: { datadog: spec }, secrets: { datadog: { ...keys, address } }, ...more });
}

const v1: Datadog = { query: "avg:x{*}" };
const v2: Datadog = { apiVersion: "v2", query: "avg:x{*}" };
const v1Points = (pointlist: unknown) => json({ series: [{ pointlist }, { pointlist: [[1, 99]] }] });
const columns = (...list: object[]) => json({ data: { attributes: { columns: list } } });
const group = (...values: string[][]) => ({ name: "g", type: "group", values });
const number = (...values: unknown[]) => ({ name: "n", type: "number", values });

const values: readonly [name: string, spec: Datadog, body: string, want: object][] = [
  [
    "v1, the last point of the first series",
    v1,
    v1Points([
      [1, 2],
      [2, 1e-7],
    ]),
    { value: 1e-7, text: "0.0000001" },
  ],
  ["v1, a point that is null (analysis trap 45)", v1, v1Points([[1, null]]), { value: 0, text: "0" }],
  ["v1, no series", v1, json({ series: [] }), { value: null, text: "[]" }],
  ["v1, series that are null", v1, json({ series: null }), { value: null, text: "null" }],
  ["v1, no points", v1, json({ series: [{ pointlist: [] }] }), { value: null, text: '[{"pointlist":[]}]' }],
  ["v2, one value", v2, columns(number(0.5)), { value: 0.5, text: "0.5" }],
  ["v2, a column without type", v2, columns({ name: "n", values: [2] }), { value: 2, text: "2" }],
  ["v2, nulls", v2, columns(number(null)), { value: null, text: "[]" }],
  ["v2, no columns", v2, columns(), { value: null, text: "[]" }],
  [
    "v2, groups",
    v2,
    columns(group(["a"], ["b"], ["c"]), number(0.5, null, 0.75)),
    {
      value: Float64Array.from([0.5, 0.75]),
      text: "[0.5,0.75]",
      metadata: { groups: '[{"name":"a","value":0.5},{"name":"c","value":0.75}]' },
    },
  ],
  [
    "v2, one group (analysis trap 46)",
    v2,
    columns(group(["a"]), group(["x", "y"]), number(3)),
    { value: Float64Array.from([3]), text: "[3]", metadata: { groups: '[{"name":"a,x,y","value":3}]' } },
  ],
];
for (const [name, spec, body, want] of values) {
  test(`datadog reads ${name}`, async () => {
    await serving(
      () => body,
      async (address) => deepEqual(await asked(spec, address), { is: "value", ...want }),
    );
  });
}

test("datadog keeps the ends of very many groups", async () => {
  const many = Array.from({ length: 101 }, (_, index) => 100 - index);
  const body = columns(group(...many.map((value) => [`g${value}`])), number(...many));
  await serving(
    () => body,
    async (address) => {
      const told = await asked(v2, address);
      const kept = told.is === "value" && told.value instanceof Float64Array ? [...told.value] : [];
      deepEqual([kept.length, kept[0], kept[49], kept[50], kept[99]], [100, 0, 49, 51, 100]);
      equal(told.metadata?.["groups_truncated"], "true");
    },
  );
});

const errors: readonly [name: string, spec: Datadog, answer: Answer, message: RegExp][] = [
  [
    "wrong credentials, which it repeats",
    v1,
    { status: 403, body: "no dd-api" },
    /^received authentication error response code: 403 no \*{5}$/,
  ],
  ["another status", v1, { status: 201, body: "x" }, /^received non 2xx response code: 201 x$/],
  ["no JSON", v1, "<html>", /^Could not parse JSON body: /],
  ["half a point", v1, v1Points([[1]]), /^Datapoint does not have 2 values$/],
  [
    "an error of the query",
    v2,
    json({ data: { errors: "bad query" } }),
    /^There were errors in your query: bad query$/,
  ],
  ["a value that is none", v2, columns(number("x")), /^could not parse numeric value "x" in column "n": /],
  [
    "a group that is none",
    v2,
    columns({ type: "group", values: ["a"] }, number(1)),
    /^could not parse group label at index 0$/,
  ],
  ["silence", { ...v1, requestTimeout: "100ms" }, "hang", /^Get ".*": context deadline exceeded$/],
];
for (const [name, spec, answer, message] of errors) {
  test(`datadog: ${name} is an error`, async () => {
    await serving(
      () => answer,
      async (address) => {
        const told = await asked(spec, address);
        match(told.is === "error" ? told.message : json(told), message);
      },
    );
  });
}

const review = "Please review the Analysis Template.";
const unbuildable: readonly [spec: Datadog, message: string][] = [
  [{}, `Must have either a query or queries. ${review}`],
  [{ query: "x", queries: { a: "y" } }, `Cannot have both a query and queries. ${review}`],
  [
    { queries: { a: "y" } },
    "Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.",
  ],
  [{ ...v2, formula: "a" }, `Formula are only valid when queries are set. ${review}`],
  [
    { apiVersion: "v2", queries: { a: "x", b: "y" } },
    "When multiple queries are provided you must include a formula.",
  ],
  [{ ...v1, aggregator: "sum" }, `Aggregator is not supported in v1. ${review}`],
  [
    { ...v1, requestTimeout: "1d" },
    `Could not parse the request timeout: time: unknown unit "d" in duration "1d". ${review}`,
  ],
  [{ ...v1, requestTimeout: "0s" }, `Request timeout must be a positive duration (e.g. 30s). ${review}`],
  [{ ...v1, secretRef: { namespaced: true } }, "secret name is required for namespaced credentials"],
  [{ ...v1, secretRef: { name: "gone" } }, "failed to find the credentials for datadog metrics provider"],
];
for (const [spec, message] of unbuildable) {
  test(`datadog: ${message}`, async () => deepEqual(await asked(spec, "http://x"), { is: "error", message }));
}

test("datadog asks v1 with a span", async () => {
  await serving(
    () => v1Points([[1, 2]]),
    async (address, seen) => {
      await asked({ ...v1, interval: "10m" }, address);
      equal(seen[0]?.method, "GET");
      equal(seen[0]?.url, "/api/v1/query?from=1714564200&query=avg%3Ax%7B*%7D&to=1714564800");
      deepEqual(
        [seen[0]?.headers["dd-api-key"], seen[0]?.headers["dd-application-key"]],
        ["dd-api", "dd-app"],
      );
      equal(seen[0]?.headers["content-type"], "application/json");
    },
  );
});

test("datadog asks v2 with queries and a formula", async () => {
  await serving(
    () => columns(number(1)),
    async (address, seen) => {
      await asked(
        { apiVersion: "v2", queries: { a: "x", b: "y" }, formula: "a/b", aggregator: "sum" },
        address,
      );
      await asked(v2, address);
      deepEqual([seen[0]?.method, seen[0]?.url], ["POST", "/api/v2/query/scalar"]);
      const span = { from: 1714564500500, to: 1714564800500 };
      const query = (name: string, text: string, aggregator: string) => ({
        aggregator,
        data_source: "metrics",
        name,
        query: text,
      });
      deepEqual(
        seen.map(({ body }) => JSON.parse(body)),
        [
          {
            data: {
              attributes: {
                ...span,
                queries: [query("a", "x", "sum"), query("b", "y", "sum")],
                formulas: [{ formula: "a/b" }],
              },
              type: "scalar_request",
            },
          },
          {
            data: {
              attributes: { ...span, queries: [query("query", "avg:x{*}", "last")], formulas: [] },
              type: "scalar_request",
            },
          },
        ],
      );
    },
  );
});

test("datadog takes credentials from the first place that has them", async () => {
  await serving(
    () => v1Points([[1, 2]]),
    async (address, seen) => {
      const secrets = {
        datadog: { ...keys, address },
        mine: { "api-key": "mine", "app-key": "b", address },
        "ns/mine": { "api-key": "theirs", "app-key": "b", address },
      };
      const variables = { DD_API_KEY: "env", DD_APP_KEY: "b", DD_ADDRESS: address };
      const ask = (spec: Datadog, more: Partial<Given>) =>
        measured({ provider: { datadog: spec }, secrets, ...more });
      await ask({ ...v1, secretRef: { name: "mine" } }, { variables });
      await ask({ ...v1, secretRef: { name: "mine", namespaced: true } }, { variables });
      await ask(v1, { variables });
      await ask(v1, { variables: { DD_API_KEY: "env" } });
      deepEqual(
        seen.map(({ headers }) => headers["dd-api-key"]),
        ["mine", "theirs", "env", "dd-api"],
      );
    },
  );
});
