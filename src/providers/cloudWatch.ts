import { Problem } from "../api/problem.ts";
import { CloudWatch } from "../api/providers.ts";
import { duration, type Instant, later, type Millis, rfc3339, seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { awsRegion, signedHeaders } from "./awsCredentials.ts";
import { printed } from "./numbers.ts";
import { provider } from "./provider.ts";
import { type Element, elements, parseXml, textAt } from "./xml.ts";

/** AWS CloudWatch: the results of GetMetricData, newest value first (analysis 6.8). */
export const cloudWatch = provider(CloudWatch, async (spec, asking) => {
  const region = awsRegion(asking.surroundings);
  const { variables } = asking.surroundings;
  const address =
    variables["AWS_ENDPOINT_URL_CLOUDWATCH"] ??
    variables["AWS_ENDPOINT_URL"] ??
    `https://monitoring.${region}.amazonaws.com`;
  const url = `${address.replace(/\/+$/, "")}/`;
  const body = new URLSearchParams(questionOf(spec, asking.now)).toString();
  const content = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
  const unsigned = { method: "POST", url, body, headers: content };
  const target = { service: "monitoring", region, profile: "", roleArn: "" };
  const signature = await signedHeaders(unsigned, target, asking);
  const { status, body: reply } = await asking.http({
    ...unsigned,
    headers: { ...content, ...signature },
    timeout: seconds(30),
    reads: true,
    signal: asking.signal,
  });
  const document = parseXml(reply);
  if (status !== 200) {
    const [error] = elements(document, "ErrorResponse", "Error");
    const told =
      error === undefined ? reply.slice(0, 1024) : `${textAt(error, "Code")}: ${textAt(error, "Message")}`;
    throw new Problem(`CloudWatch GetMetricData: ${status} ${told}`);
  }
  return valueIn(document);
});

/** The form of the query protocol: lists are counted from 1. */
function questionOf(
  { interval = "5m", metricDataQueries = [] }: CloudWatch,
  now: Instant,
): [string, string][] {
  const start = later(now, -duration(interval === "" ? "5m" : interval) as Millis);
  return [
    ["Action", "GetMetricData"],
    ["Version", "2010-08-01"],
    ["StartTime", rfc3339(start)],
    ["EndTime", rfc3339(now)],
    ...metricDataQueries.flatMap((query, index) =>
      fields(capitalised(query), `MetricDataQueries.member.${index + 1}`),
    ),
  ];
}

/** The fields of our spec are those of the API with a small first letter. */
function capitalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalised);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name.slice(0, 1).toUpperCase() + name.slice(1),
      capitalised(member),
    ]),
  );
}

function fields(value: unknown, path: string): [string, string][] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value))
    return value.flatMap((item, index) => fields(item, `${path}.member.${index + 1}`));
  if (typeof value !== "object") return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, member]) => fields(member, `${path}.${name}`));
}

function valueIn(document: Element): Measured {
  const result = elements(document, "GetMetricDataResponse", "GetMetricDataResult")[0];
  if (result === undefined) throw new Problem("CloudWatch did not answer as GetMetricData does");
  const records = elements(result, "MetricDataResults", "member").map((record) => ({
    Id: textAt(record, "Id"),
    Label: textAt(record, "Label"),
    StatusCode: textAt(record, "StatusCode"),
    Timestamps: elements(record, "Timestamps", "member").map(({ text }) => Date.parse(text)),
    Values: elements(record, "Values", "member").map(({ text }) => Number(text)),
    Messages: messagesIn(record),
  }));
  const messages = messagesIn(result).map(({ Code, Value }) => `${Code}: ${Value}`);
  return {
    is: "value",
    value: records,
    records: true,
    shownAlways: true,
    text: `[${records.map(({ Values }) => `[${Values.map(printed).join(" ")}]`).join(" ")}]`,
    ...(messages.length > 0 && { metadata: { messages: messages.join(", ") } }),
  };
}

function messagesIn(from: Element): { readonly Code: string; readonly Value: string }[] {
  return elements(from, "Messages", "member").map((message) => ({
    Code: textAt(message, "Code"),
    Value: textAt(message, "Value"),
  }));
}
