/** When the first points of the series are, in seconds since 1970; the others follow each second. */
export const start = 1_700_000_000;

/** When the queries are asked: between two points, so that no point is at an end of a range. */
export const asked = start + 10.3;

/** A series with its labels and its points, one a second; undefined where there is none. */
export interface Written {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (number | undefined)[];
}

/** A counter that grows, one that begins again, one of failures, one that begins late, and a histogram. */
export const series: readonly Written[] = [
  {
    labels: { __name__: "r", status: "200", pod: "a" },
    points: [0, 10, 20, 35, 50, 65, 80, 90, 100, 120, 140],
  },
  { labels: { __name__: "r", status: "200", pod: "b" }, points: [5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6] },
  { labels: { __name__: "r", status: "500", pod: "a" }, points: [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 3] },
  { labels: { __name__: "late", pod: "c" }, points: [...Array<undefined>(7), 1, 3, 5, 9] },
  { labels: { __name__: "h_bucket", le: "0.1" }, points: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
  { labels: { __name__: "h_bucket", le: "0.5" }, points: [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20] },
  { labels: { __name__: "h_bucket", le: "+Inf" }, points: [0, 2, 4, 6, 8, 10, 12, 15, 18, 21, 24] },
];

/** A sample as the cases write it: `r{pod=a,status=200} 140`, with six digits. */
export function sampleText(labels: Readonly<Record<string, string>>, value: number): string {
  const { __name__: name = "", ...others } = labels;
  const pairs = Object.entries(others)
    .sort()
    .map(([key, text]) => `${key}=${text}`);
  return `${name}{${pairs.join(",")}} ${Number(value.toPrecision(6))}`;
}

/** Queries about these series with the answers that Prometheus gives; scalars are bare numbers. */
export const cases: readonly (readonly [query: string, answer: readonly string[]])[] = [
  ["rate(r[5s])", ["{pod=a,status=200} 15", "{pod=a,status=500} 0.25", "{pod=b,status=200} 1"]],
  ["increase(r[4s])", ["{pod=a,status=200} 66.6667", "{pod=a,status=500} 1.33333", "{pod=b,status=200} 4"]],
  ["irate(r[5s])", ["{pod=a,status=200} 20", "{pod=a,status=500} 0", "{pod=b,status=200} 1"]],
  ["rate(late[5s])", ["{pod=c} 1.96"]],
  ["increase(late[20s])", ["{pod=c} 9.8"]],
  ["increase(r[2500ms])", ["{pod=a,status=200} 50", "{pod=a,status=500} 0", "{pod=b,status=200} 2.5"]],
  ['sum(rate(r{status!~"5.."}[5s])) / sum(rate(r[5s]))', ["{} 0.984615"]],
  ["sum by (status) (r)", ["{status=200} 146", "{status=500} 3"]],
  ["sum without (pod) (r) > 3", ["{status=200} 146"]],
  ["histogram_quantile(0.99, sum by (le) (rate(h_bucket[5s])))", ["{} 0.5"]],
  ["histogram_quantile(0.5, h_bucket)", ["{} 0.18"]],
  ["histogram_quantile(0.8, h_bucket)", ["{} 0.468"]],
  ['absent(nope{a="b",c!="d"})', ["{a=b} 1"]],
  ["r and on(pod) late", []],
  ['r{status="500"} / ignoring(status) r{status="200"}', ["{pod=a} 0.0214286"]],
  ['max_over_time(r{pod="b"}[3s])', ["{pod=b,status=200} 6"]],
  ["avg_over_time(r[3s])", ["{pod=a,status=200} 120", "{pod=a,status=500} 3", "{pod=b,status=200} 5"]],
  ["r offset 2s", ["r{pod=a,status=200} 100", "r{pod=a,status=500} 3", "r{pod=b,status=200} 4"]],
  ["clamp_max(r, 5) * 2", ["{pod=a,status=200} 10", "{pod=a,status=500} 6", "{pod=b,status=200} 10"]],
  ["vector(1) or r", ["r{pod=a,status=200} 140", "r{pod=a,status=500} 3", "r{pod=b,status=200} 6", "{} 1"]],
  ["1 + 2 * 3 ^ 2", ["19"]],
  ["-r", ["{pod=a,status=200} -140", "{pod=a,status=500} -3", "{pod=b,status=200} -6"]],
  ["scalar(late)", ["9"]],
  ["r == bool 3", ["{pod=a,status=200} 0", "{pod=a,status=500} 1", "{pod=b,status=200} 0"]],
  ["count(r)", ["{} 3"]],
  ["avg(r) by (pod)", ["{pod=a} 71.5", "{pod=b} 6"]],
  [
    "min_over_time(r[10s] offset 1s)",
    ["{pod=a,status=200} 0", "{pod=a,status=500} 0", "{pod=b,status=200} 1"],
  ],
  ["round(r / 3)", ["{pod=a,status=200} 47", "{pod=a,status=500} 1", "{pod=b,status=200} 2"]],
  ["r unless late", ["r{pod=a,status=200} 140", "r{pod=a,status=500} 3", "r{pod=b,status=200} 6"]],
  ['r{status=~"5..|200",pod="a"}', ["r{pod=a,status=200} 140", "r{pod=a,status=500} 3"]],
  ["increase(late[20s]) / on(pod) group(late) by (pod)", ["{pod=c} 9.8"]],
  ["sum(rate(h_bucket[5s])) by (le) > 1", ["{le=+Inf} 3", "{le=0.5} 2"]],
  ["histogram_quantile(0.9, sum by (le) (nope))", []],
  ['r{status!="200"} or late', ["late{pod=c} 9", "r{pod=a,status=500} 3"]],
  ["clamp(r, 4, 100)", ["{pod=a,status=200} 100", "{pod=a,status=500} 4", "{pod=b,status=200} 6"]],
  [
    "abs(-r) - ceil(r / 7) + floor(r % 4)",
    ["{pod=a,status=200} 120", "{pod=a,status=500} 5", "{pod=b,status=200} 7"],
  ],
  [
    "count_over_time(r[2s]) + sum_over_time(r[2s]) - last_over_time(r[1s])",
    ["{pod=a,status=200} 122", "{pod=a,status=500} 5", "{pod=b,status=200} 7"],
  ],
  ["min(r)", ["{} 3"]],
  ["max(r) by (status)", ["{status=200} 140", "{status=500} 3"]],
  ["clamp_min(rate(late[5s]), 3)", ["{pod=c} 3"]],
  ["r != 6", ["r{pod=a,status=200} 140", "r{pod=a,status=500} 3"]],
  ["r >= 6 < 100", ["r{pod=b,status=200} 6"]],
  ["5 < bool 3", ["0"]],
  ["NaN", ["NaN"]],
  ["1e3 - 0x10", ["984"]],
];
