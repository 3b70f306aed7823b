import type { Metric } from "../../../src/analysis/types.ts";

export const brands = ["prometheus", "victoria-metrics"] as const;
export type Brand = (typeof brands)[number];

/** What became of the only measurement of a run, and of the run. */
export interface Said {
  readonly phase: string;
  readonly value?: string;
  readonly message?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Where a metric asks: the server itself, one that wants a login, or one that answers late. */
export type Place = "server" | "locked" | "slow";

export interface Case {
  readonly query: string;
  readonly place?: Place;
  readonly metric?: Partial<Metric>;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly says: Said | Readonly<Record<Brand, Said>>;
}

const noData = (condition: string): string =>
  `could not evaluate successCondition "${condition}": metric result is nil or empty: no data returned from the metric provider`;
const twoSeries = 'label_replace(vector(1),"s","a","","") or label_replace(vector(2.5),"s","b","","")';
const range = { start: 'now() - duration("2s")', end: "now()", step: "1s" };
const login = (password: string) => ({ authentication: { basicAuth: { username: "user", password } } });
const header = (text: string) => ({
  headers: [{ key: "authorization", value: `Basic ${Buffer.from(text).toString("base64")}` }],
});
const sinceThen = { message: "no data since TIME", metadata: { noDataSince: "TIME" } };

/** Questions, and what becomes of the answers. VictoriaMetrics answers a scalar as a vector, and leaves out what is no number. */
export const cases: Readonly<Record<string, Case>> = {
  scalar: {
    query: "10",
    metric: { successCondition: "asFloat(result) == 10" },
    says: {
      prometheus: { phase: "Successful", value: "10" },
      "victoria-metrics": {
        phase: "Error",
        message:
          'could not evaluate successCondition "asFloat(result) == 10": asFloat() not supported on []float64 [10]',
      },
    },
  },
  "tiny-scalar": {
    query: "0.000000001",
    says: {
      prometheus: { phase: "Successful", value: "0.000000001" },
      "victoria-metrics": { phase: "Successful", value: "[0.000000001]" },
    },
  },
  vector: {
    query: "vector(0.95)",
    metric: { successCondition: "result[0] >= 0.95" },
    says: { phase: "Successful", value: "[0.95]" },
  },
  "bad-vector": {
    query: "vector(0.9)",
    metric: { successCondition: "result[0] >= 0.95" },
    says: { phase: "Failed", value: "[0.9]" },
  },
  "vector-of-two": {
    query: twoSeries,
    metric: { successCondition: "len(result) == 2 && all(result, # < 3)" },
    says: { phase: "Successful", value: "[1,2.5]" },
  },
  undecided: {
    query: "vector(0.7)",
    metric: { successCondition: "result[0] >= 0.9", failureCondition: "result[0] < 0.5" },
    says: { phase: "Inconclusive", value: "[0.7]" },
  },
  matrix: {
    query: twoSeries,
    metric: { successCondition: "len(result) == 6 && result[3] == 2.5" },
    more: { rangeQuery: range },
    says: { phase: "Successful", value: "[1,1,1,2.5,2.5,2.5]" },
  },
  "empty-matrix": {
    query: "nothing",
    metric: { successCondition: "result[0] == 1" },
    more: { rangeQuery: range },
    says: { phase: "Error", message: noData("result[0] == 1") },
  },
  "wrong-range": {
    query: "vector(1)",
    more: { rangeQuery: { ...range, start: "hello" } },
    says: { phase: "Error", message: "failed to parse rangeQuery.start as time: unknown name hello" },
  },
  "nan-scalar": {
    query: "0/0",
    metric: { successCondition: "result >= 0.95" },
    says: {
      prometheus: { phase: "Failed", value: "NaN" },
      "victoria-metrics": { phase: "Error", message: noData("result >= 0.95") },
    },
  },
  "nan-vector": {
    query: "vector(0)/vector(0)",
    metric: { successCondition: "result[0] >= 0.95", failureCondition: "result[0] < 0.95" },
    says: {
      prometheus: { phase: "Inconclusive", value: "[NaN]" },
      "victoria-metrics": { phase: "Error", message: noData("result[0] >= 0.95") },
    },
  },
  "nan-is-no-data": {
    query: "vector(0)/vector(0)",
    metric: { successCondition: "result[0] >= 0.95", onNoData: "pass" },
    says: {
      prometheus: { phase: "Successful", value: "[NaN]", ...sinceThen },
      "victoria-metrics": { phase: "Successful", value: "[]", ...sinceThen },
    },
  },
  infinite: {
    query: "vector(1)/vector(0)",
    metric: { successCondition: "isInf(result[0]) && result[0] > 0" },
    says: { phase: "Successful", value: "[+Inf]" },
  },
  "infinite-below": {
    query: "vector(-1)/vector(0)",
    metric: { failureCondition: "isInf(result[0])" },
    says: { phase: "Failed", value: "[-Inf]" },
  },
  empty: {
    query: "nothing",
    metric: { successCondition: "result[0] < 1" },
    says: { phase: "Error", message: noData("result[0] < 1") },
  },
  "empty-is-good": {
    query: "nothing",
    metric: { successCondition: "len(result) == 0 || result[0] < 1" },
    says: { phase: "Successful", value: "[]" },
  },
  "empty-without-condition": { query: "nothing", says: { phase: "Successful", value: "[]" } },
  malformed: {
    query: "sum(",
    says: {
      prometheus: {
        phase: "Error",
        message: 'bad_data: invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
      },
      "victoria-metrics": { phase: "Error", message: '422: error when executing query="sum("' },
    },
  },
  text: {
    query: '"text"',
    says: {
      prometheus: { phase: "Error", message: 'bad_response: unexpected value type "string"' },
      "victoria-metrics": { phase: "Successful", value: "[]" },
    },
  },
  "no-login": {
    query: "vector(1)",
    place: "locked",
    says: { phase: "Error", message: "client_error: client error: 401" },
  },
  "wrong-login": {
    query: "vector(1)",
    place: "locked",
    more: login("wrong"),
    says: { phase: "Error", message: "client_error: client error: 401" },
  },
  login: {
    query: "vector(1)",
    place: "locked",
    more: login("right"),
    says: { phase: "Successful", value: "[1]" },
  },
  "login-by-header": {
    query: "vector(1)",
    place: "locked",
    more: { ...login("wrong"), ...header("user:right") },
    says: { phase: "Successful", value: "[1]" },
  },
  slow: { query: "vector(1)", place: "slow", says: { phase: "Successful", value: "[1]" } },
  "too-slow": {
    query: "vector(1)",
    place: "slow",
    more: { timeout: 1 },
    says: { phase: "Error", message: 'Post "ADDRESS/api/v1/query": context deadline exceeded' },
  },
  "no-time": {
    query: "vector(1)",
    more: { timeout: 0 },
    says: { phase: "Error", message: 'Post "ADDRESS/api/v1/query": context deadline exceeded' },
  },
};
