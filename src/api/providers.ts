import * as z from "zod";
import { anything, flag, type Infer, int64, intOrString, list, maybe, needed, text, texts } from "./field.ts";
import { HttpAuthentication, HttpHeader } from "./httpProviders.ts";
import { LabelsAndAnnotations } from "./meta.ts";

const RangeQuery = z.object({
  start: text('The begin, as a time expression: now() - duration("1h").'),
  end: text("The end, as a time expression: now()."),
  step: text("The distance between two points: 1m."),
});

/** Prometheus, VictoriaMetrics and whatever else answers its query API. */
export const Prometheus = z.object({
  address: text(
    "The server, with scheme: http://prometheus.monitoring:9090. Default $ARGO_ROLLOUTS_PROMETHEUS_ADDRESS.",
  ),
  query: text("The PromQL query. A vector gives a list of numbers, a scalar a number."),
  timeout: int64("Seconds to wait for the answer. Default 30."),
  insecure: flag("Whether TLS certificates are not verified. Default false."),
  headers: list(HttpHeader, "Headers to send."),
  authentication: maybe(HttpAuthentication, "How to log in."),
  rangeQuery: maybe(RangeQuery, "Asks for a range instead of one instant; gives one flat list of numbers."),
});
export type Prometheus = Infer<typeof Prometheus>;

/** VictoriaLogs: a LogsQL stats query at one instant. */
export const VictoriaLogs = z.object({
  address: text("The server, with scheme: http://victorialogs.monitoring:9428."),
  query: text(
    "The LogsQL query; it must end in a stats pipe: _time:5m level:error | stats count() as errors.",
  ),
  timeout: int64("Seconds to wait for the answer. Default 30."),
  insecure: flag("Whether TLS certificates are not verified. Default false."),
  headers: list(HttpHeader, "Headers to send, such as AccountID and ProjectID."),
  authentication: maybe(HttpAuthentication, "How to log in."),
});
export type VictoriaLogs = Infer<typeof VictoriaLogs>;

/** Any HTTP endpoint that answers with a value. */
export const Web = z.object({
  method: text("The HTTP method. Default GET."),
  url: needed(z.string(), "The address to ask."),
  headers: list(HttpHeader, "Headers to send."),
  body: text("The body, with POST and PUT. Either this or jsonBody."),
  jsonBody: anything("The body as an object; sent as JSON."),
  timeoutSeconds: int64("Seconds to wait for the answer. Default 10."),
  jsonPath: text("Where the value stands in the answer: {.data.rate}. Default {$}, all of it."),
  insecure: flag("Whether TLS certificates are not verified. Default false."),
  authentication: maybe(HttpAuthentication, "How to log in; only oauth2 is used."),
});
export type Web = Infer<typeof Web>;

/** A Kubernetes Job: successful when it completes. */
export const JobProvider = z.object({
  metadata: maybe(LabelsAndAnnotations, "Labels and annotations of the Job."),
  spec: needed(
    z.looseObject({}),
    "The Job, as in `kubectl explain job.spec`; restartPolicy must be given, nothing is filled in.",
  ),
});
export type JobProvider = Infer<typeof JobProvider>;

const KayentaScopeDetail = z.object({
  scope: needed(z.string(), "Which pods are meant, in the words of the metric store."),
  region: needed(z.string(), "The region, or an empty text."),
  step: needed(z.int(), "Seconds between two points."),
  start: text("The begin, RFC 3339. Set it in both scopes or in neither."),
  end: text("The end, RFC 3339. Set it in both scopes or in neither. Default now."),
});

const KayentaScope = z.object({
  name: needed(z.string(), "The name of the scope in the canary configuration."),
  controlScope: needed(KayentaScopeDetail, "The version that is known to be good."),
  experimentScope: needed(KayentaScopeDetail, "The version that is judged."),
});

/** Kayenta: its judgement of two versions. */
export const Kayenta = z.object({
  address: needed(z.string(), "The server, with scheme."),
  application: needed(z.string(), "The application."),
  canaryConfigName: needed(z.string(), "The canary configuration to judge by."),
  metricsAccountName: needed(z.string(), "The account of the metric store."),
  configurationAccountName: needed(z.string(), "The account of the configuration store."),
  storageAccountName: needed(z.string(), "The account of the object store."),
  threshold: needed(
    z.object({
      pass: needed(z.int(), "The least score that is a success."),
      marginal: needed(z.int(), "The least score that is inconclusive; below it the measurement fails."),
    }),
    "What the score must reach.",
  ),
  scopes: needed(z.array(KayentaScope), "What is compared."),
  lookback: flag(
    "Whether each judgement looks back to the start of the analysis. Default false: one interval.",
  ),
});
export type Kayenta = Infer<typeof Kayenta>;

const DatadogSecret = z.object({
  name: text("The Secret with api-key, app-key and address."),
  namespaced: flag(
    "Whether it is in the namespace of the AnalysisRun instead of the controller's. Default false.",
  ),
});

/** Datadog: a metric query, or a formula over several. */
export const Datadog = z.object({
  apiVersion: maybe(
    z.enum(["v1", "v2"]).meta({ default: "v1" }),
    "The version of the query API. Default v1.",
  ),
  interval: maybe(z.string().meta({ default: "5m" }), "How far the query looks back. Default 5m."),
  query: text("The query. Either this or queries."),
  queries: texts("Several queries by name; only with apiVersion v2."),
  formula: text("Puts the queries together; needed for more than one."),
  aggregator: maybe(
    z.enum(["avg", "min", "max", "sum", "last", "percentile", "mean", "l2norm", "area"]),
    "How a query becomes one number; only with apiVersion v2. Default last.",
  ),
  secretRef: maybe(DatadogSecret, "Credentials. Default the Secret datadog in the controller's namespace."),
  requestTimeout: maybe(z.string().meta({ default: "10s" }), "How long to wait for the answer. Default 10s."),
});
export type Datadog = Infer<typeof Datadog>;

/** New Relic: an NRQL query. */
export const NewRelic = z.object({
  profile: text(
    "The Secret with personal-api-key and account-id, in the controller's namespace. Default newrelic.",
  ),
  query: needed(z.string(), "The NRQL query. One row gives an object, several a list."),
  timeout: int64("Seconds that the query may take. Default 5."),
});
export type NewRelic = Infer<typeof NewRelic>;

/** Wavefront: a chart query. */
export const Wavefront = z.object({
  address: text("The host, without scheme; also the key of its token in the Secret wavefront-api-tokens."),
  query: text("The query. One series gives a number, several a list."),
});
export type Wavefront = Infer<typeof Wavefront>;

/** Graphite: a render query. */
export const Graphite = z.object({
  address: text("The server, with scheme."),
  query: text("The target. Gives the numbers of the first series."),
});
export type Graphite = Infer<typeof Graphite>;

/** InfluxDB: a Flux query. */
export const Influxdb = z.object({
  profile: text(
    "The Secret with address, authToken and org, in the controller's namespace. Default influxdb.",
  ),
  query: text("The Flux query. Gives the values of all records."),
});
export type Influxdb = Infer<typeof Influxdb>;

/** Apache SkyWalking: a GraphQL query. */
export const SkyWalking = z.object({
  address: text("The server, with scheme."),
  query: text("The GraphQL query; it gets a variable called duration."),
  interval: text("How far the query looks back: 5m."),
});
export type SkyWalking = Infer<typeof SkyWalking>;

const CloudWatchMetric = z.object({
  dimensions: list(z.object({ name: text("Its name."), value: text("Its value.") }), "The dimensions."),
  metricName: text("The name of the metric."),
  namespace: text("The namespace of the metric."),
});

const CloudWatchStat = z.object({
  metric: maybe(CloudWatchMetric, "The metric."),
  period: intOrString("Seconds in one point."),
  stat: text("The statistic: Sum, Average, p99."),
  unit: text("The unit."),
});

const CloudWatchQuery = z.object({
  id: text("A name for this query."),
  expression: text("A metric math expression, or a search. Either this or metricStat."),
  label: text("What it is called in the answer."),
  metricStat: maybe(CloudWatchStat, "One metric and how it is summed up."),
  period: intOrString("Seconds in one point of an expression."),
  returnData: flag("Whether the answer contains this query."),
});

/** AWS CloudWatch: GetMetricData. */
export const CloudWatch = z.object({
  interval: text("How far the queries look back. Default 5m."),
  metricDataQueries: list(CloudWatchQuery, "The queries."),
});
export type CloudWatch = Infer<typeof CloudWatch>;

/** Where a metric is measured: exactly one of these. */
export const MetricProvider = z.object({
  prometheus: maybe(Prometheus, "Prometheus or VictoriaMetrics."),
  victoriaLogs: maybe(VictoriaLogs, "VictoriaLogs."),
  web: maybe(Web, "Any HTTP endpoint."),
  job: maybe(JobProvider, "A Kubernetes Job; successful when it completes."),
  datadog: maybe(Datadog, "Datadog."),
  newRelic: maybe(NewRelic, "New Relic."),
  wavefront: maybe(Wavefront, "Wavefront."),
  kayenta: maybe(Kayenta, "Kayenta."),
  cloudWatch: maybe(CloudWatch, "AWS CloudWatch."),
  graphite: maybe(Graphite, "Graphite."),
  influxdb: maybe(Influxdb, "InfluxDB 2."),
  skywalking: maybe(SkyWalking, "Apache SkyWalking."),
  plugin: maybe(z.record(z.string(), z.unknown()), "A provider that is not built in, by its name."),
});
export type MetricProvider = Infer<typeof MetricProvider>;
