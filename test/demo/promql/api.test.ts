import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { serveQueries } from "../../../src/demo/promql/api.ts";
import { SeriesStore } from "../../../src/demo/promql/series.ts";

test("the query API answers as Prometheus does", async (t) => {
  const store = new SeriesStore();
  for (const at of [100, 101, 102]) store.append(at, [{ labels: { __name__: "a", b: "c" }, value: at }]);
  const { url, close } = await serveQueries(store);
  t.after(close);
  const ask = async (path: string, form?: Record<string, string>): Promise<[number, unknown]> => {
    const post = form && { method: "POST", body: new URLSearchParams(form) };
    const reply = await fetch(`${url}/api/v1/${path}`, post);
    return [reply.status, await reply.json()];
  };
  const ok = (resultType: string, result: unknown) => [
    200,
    { status: "success", data: { resultType, result } },
  ];
  const metric = { __name__: "a", b: "c" };

  deepEqual(
    await ask("query", { query: "a", time: "101.5" }),
    ok("vector", [{ metric, value: [101.5, "101"] }]),
  );
  deepEqual(await ask("query?query=1%2F0&time=5"), ok("scalar", [5, "+Inf"]));
  const matrix = [
    {
      metric,
      values: [
        [101, "101"],
        [102, "102"],
      ],
    },
  ];
  deepEqual(await ask("query", { query: "a[2s]", time: "102" }), ok("matrix", matrix));
  const range = { query: "a", start: "101", end: "102", step: "1" };
  deepEqual(await ask("query_range", range), ok("matrix", matrix));
  const error = { status: "error", errorType: "bad_data", error: 'parse error at character 2 of "a("' };
  deepEqual(await ask("query", { query: "a(" }), [400, error]);
  equal((await ask("query", { query: "a", time: "soon" }))[0], 400);
  equal((await ask("query_range", { ...range, step: "0" }))[0], 400);
  equal((await ask("labels"))[0], 404);
});
