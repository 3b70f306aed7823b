import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../../src/api/problem.ts";
import { compile } from "../../../src/demo/promql/compile.ts";
import { SeriesStore } from "../../../src/demo/promql/series.ts";
import { asked, cases, sampleText, series, start } from "./cases.ts";

const store = new SeriesStore();
for (let second = 0; second <= 10; second += 1) {
  const samples = series.flatMap(({ labels, points }) => {
    const value = points[second];
    return value === undefined ? [] : [{ labels, value }];
  });
  store.append(start + second, samples);
}

function answer(query: string): readonly string[] {
  const value = compile(query)(store, asked);
  if (value.is === "scalar") return [String(value.value)];
  if (value.is === "ranges")
    return value.ranges.map(({ labels, points }) => sampleText(labels, points.length));
  return value.samples.map((one) => sampleText(one.labels, one.value)).sort();
}

for (const [query, wanted] of cases) {
  test(`promql: ${query} is what Prometheus says`, () => deepEqual(answer(query), wanted));
}

const refused: readonly (readonly [query: string, message: RegExp])[] = [
  ["sum(", /^parse error at character 5 of "sum\("$/],
  ["", /query is empty|parse error/],
  ["deriv(r[5s])", /^the embedded evaluator has no function deriv: it has absent, rate, /],
  ["topk(3, r)", /^the embedded evaluator has no aggregation topk: it has sum, /],
  ["r[5s:1s]", /does not evaluate r\[5s:1s\] \(SubqueryExpr\)/],
  ["r @ 5", /does not evaluate r @ 5/],
  ["r * on(pod) group_left late", /does not evaluate group_left and group_right/],
  ['r + r{status="200"} + ignoring(pod,status) r', /several series have the same matching labels/],
  ["rate(r)", /^rate: expected range vector, got instant vector$/],
  ["rate(r[5s], 1)", /^rate takes 1 arguments, not 2$/],
  ["sum(1)", /^sum: expected instant vector, got scalar$/],
  ["1 > 2", /^> between scalars must use bool$/],
  ['r{pod=~"("}', /is no regular expression/],
];
for (const [query, message] of refused) {
  test(`promql: ${query || "nothing"} is refused clearly`, () => {
    throws(
      () => answer(query),
      (error) => error instanceof Problem && message.test(error.message),
    );
  });
}
