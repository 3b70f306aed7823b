import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import { type Answer, type Given, measured, serving } from "./server.ts";

const variables = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "SECRET", AWS_REGION: "eu-west-1" };
const result = (records: string, messages = "") =>
  `<?xml version="1.0"?><GetMetricDataResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">` +
  `<GetMetricDataResult><MetricDataResults>${records}</MetricDataResults>${messages}</GetMetricDataResult></GetMetricDataResponse>`;
const record = (id: string, ...values: string[]) =>
  `<member><Id>${id}</Id><Label>a &amp; b</Label><StatusCode>Complete</StatusCode>` +
  `<Timestamps>${values.map(() => "<member>2024-05-01T12:00:00Z</member>").join("")}</Timestamps>` +
  `<Values>${values.map((value) => `<member>${value}</member>`).join("")}</Values><Messages/></member>`;

function asked(answer: Answer, given: Partial<Given> = {}) {
  return serving(
    () => answer,
    async (address, seen) => {
      const metricDataQueries = [
        { id: "rate", expression: "errors / requests", returnData: false },
        {
          id: "errors",
          metricStat: {
            metric: { namespace: "app", metricName: "errors", dimensions: [{ name: "svc", value: "web" }] },
            period: "300",
            stat: "Sum",
          },
        },
      ];
      const told = await measured({
        provider: { cloudWatch: { interval: "30m", metricDataQueries } },
        variables: { ...variables, AWS_ENDPOINT_URL_CLOUDWATCH: address },
        ...given,
      });
      return { told, seen };
    },
  );
}

test("cloudWatch asks for metric data, signed", async () => {
  const { seen } = await asked(result(""));
  deepEqual(
    [...new URLSearchParams(seen[0]?.body)],
    [
      ["Action", "GetMetricData"],
      ["Version", "2010-08-01"],
      ["StartTime", "2024-05-01T11:30:00Z"],
      ["EndTime", "2024-05-01T12:00:00Z"],
      ["MetricDataQueries.member.1.Id", "rate"],
      ["MetricDataQueries.member.1.Expression", "errors / requests"],
      ["MetricDataQueries.member.1.ReturnData", "false"],
      ["MetricDataQueries.member.2.Id", "errors"],
      ["MetricDataQueries.member.2.MetricStat.Metric.Dimensions.member.1.Name", "svc"],
      ["MetricDataQueries.member.2.MetricStat.Metric.Dimensions.member.1.Value", "web"],
      ["MetricDataQueries.member.2.MetricStat.Metric.MetricName", "errors"],
      ["MetricDataQueries.member.2.MetricStat.Metric.Namespace", "app"],
      ["MetricDataQueries.member.2.MetricStat.Period", "300"],
      ["MetricDataQueries.member.2.MetricStat.Stat", "Sum"],
    ],
  );
  match(
    seen[0]?.headers.authorization ?? "",
    /^AWS4-HMAC-SHA256 Credential=AKID\/20240501\/eu-west-1\/monitoring\//,
  );
});

test("cloudWatch reads records", async () => {
  const messages = "<Messages><member><Code>Partial</Code><Value>some</Value></member></Messages>";
  const { told } = await asked(result(record("errors", "0.1", "0.2", "1E-5") + record("rate"), messages));
  const common = { Label: "a & b", StatusCode: "Complete", Messages: [] };
  const at = Date.parse("2024-05-01T12:00:00Z");
  deepEqual(told, {
    is: "value",
    value: [
      { Id: "errors", ...common, Timestamps: [at, at, at], Values: [0.1, 0.2, 0.00001] },
      { Id: "rate", ...common, Timestamps: [], Values: [] },
    ],
    records: true,
    shownAlways: true,
    text: "[[0.1 0.2 1e-05] []]",
    metadata: { messages: "Partial: some" },
  });
});

const error =
  "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>bad id</Message></Error></ErrorResponse>";
const errors: readonly [name: string, answer: Answer, given: Partial<Given>, message: RegExp][] = [
  ["an error", { status: 400, body: error }, {}, /^CloudWatch GetMetricData: 400 ValidationError: bad id$/],
  ["another error", { status: 400, body: "oops" }, {}, /^CloudWatch GetMetricData: 400 oops$/],
  ["something else", "<html>", {}, /^CloudWatch did not answer as GetMetricData does$/],
  ["no region", "", { variables: {} }, /^no AWS region/],
  ["no credentials", "", { variables: { AWS_REGION: "eu-west-1", HOME: "/nowhere" } }, /^no AWS credentials/],
];
for (const [name, answer, given, message] of errors) {
  test(`cloudWatch: ${name} is an error`, async () => {
    const { told } = await asked(answer, given);
    match(told.is === "error" ? told.message : JSON.stringify(told), message);
  });
}
