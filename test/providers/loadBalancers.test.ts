import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { loadBalancersOf } from "../../src/providers/loadBalancers.ts";
import { signatureHeaders } from "../../src/providers/sigv4.ts";
import { now, type Seen, serving } from "./server.ts";

const keys = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "SECRET", AWS_REGION: "eu-west-1" };
const { signal } = new AbortController();

/** The answer of an action, its lists already in XML. */
const result = (action: string, content: string) =>
  `<?xml version="1.0"?><${action}Response xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">` +
  `<${action}Result>${content}</${action}Result></${action}Response>`;
const list = (name: string, ...members: string[]) =>
  `<${name}>${members.map((member) => `<member>${member}</member>`).join("")}</${name}>`;
const fields = (of: Readonly<Record<string, string | number>>) =>
  Object.entries(of)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join("");

const balancer = (name: string) =>
  fields({
    LoadBalancerArn: `arn:lb/app/${name}/1`,
    DNSName: `${name}.elb.example.org`,
    LoadBalancerName: name,
  });
const forward = (...groups: [arn: string, weight: number][]) =>
  list(
    "Actions",
    `<Type>forward</Type><ForwardConfig>${list(
      "TargetGroups",
      ...groups.map(([TargetGroupArn, Weight]) => fields({ TargetGroupArn, Weight })),
    )}</ForwardConfig>`,
  );

/** Twenty-one target groups, so that their tags take two questions. */
const groups = Array.from({ length: 21 }, (_, index) => `arn:tg/${index}`);

/** What AWS answers to a form. */
function answered(form: URLSearchParams): string {
  const action = form.get("Action") ?? "";
  switch (`${action} ${form.get("Marker") ?? ""}`.trim()) {
    case "DescribeLoadBalancers":
      return result(action, list("LoadBalancers", balancer("first")) + fields({ NextMarker: "more" }));
    case "DescribeLoadBalancers more":
      return result(action, list("LoadBalancers", balancer("web"), balancer("xweb")));
    case "DescribeTargetGroups":
      return result(
        action,
        list(
          "TargetGroups",
          ...groups.map((arn) => fields({ TargetGroupArn: arn, TargetGroupName: `tg-${arn}` })),
        ),
      );
    case "DescribeTags":
      return result(action, list("TagDescriptions", ...asked(form).map(tagged)));
    case "DescribeListeners":
      return result(action, list("Listeners", fields({ ListenerArn: "l1" }), fields({ ListenerArn: "l2" })));
    case "DescribeRules":
      return result(
        action,
        form.get("ListenerArn") === "l1"
          ? list("Rules", forward(["arn:tg/0", 5], ["arn:tg/1", 95]), "<Actions/>")
          : list("Rules", forward(["arn:tg/0", 10])),
      );
    default:
      return result(
        action,
        list(
          "TargetHealthDescriptions",
          `<Target>${fields({ Id: "10.0.0.1", Port: 8080 })}</Target>`,
          `<Target>${fields({ Id: "10.0.0.2", Port: 8080 })}</Target><TargetHealth><State>draining</State></TargetHealth>`,
        ),
      );
  }
}

function asked(form: URLSearchParams): readonly string[] {
  return [...form].filter(([name]) => name.startsWith("ResourceArns.member.")).map(([, arn]) => arn);
}

function tagged(arn: string): string {
  const tags = [
    { Key: "other", Value: "x" },
    { Key: "ingress.k8s.aws/resource", Value: `prod/web-${arn.slice(7)}:80` },
  ];
  return fields({ ResourceArn: arn }) + list("Tags", ...tags.map(fields));
}

function asking<Result>(
  work: (aws: ReturnType<typeof loadBalancersOf>, seen: readonly Seen[]) => Promise<Result>,
  answer = (
    seen: Seen,
  ): Parameters<typeof serving>[0] extends (...all: never[]) => infer Reply ? Reply : never =>
    answered(new URLSearchParams(seen.body)),
) {
  return serving(answer, (address, seen) => {
    const variables = { ...keys, AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: address };
    const surroundings = { variables, namespace: "argo-rollouts" };
    const tagKey = "ingress.k8s.aws/resource";
    return work(loadBalancersOf({ surroundings, clock: { now: () => now }, tagKey }), seen);
  });
}

test("a load balancer is found by its exact name, over all pages, with its groups, tags and weights", async () => {
  const { found, seen } = await asking(async (aws, seen) => ({
    found: await aws.find("web.elb.example.org", signal),
    seen,
  }));
  const { arn, name, targetGroups = [] } = found ?? {};
  deepEqual({ arn, name, count: targetGroups.length }, { arn: "arn:lb/app/web/1", name: "web", count: 21 });
  deepEqual(targetGroups.slice(0, 3), [
    { arn: "arn:tg/0", name: "tg-arn:tg/0", resource: "prod/web-0:80", weight: 10 },
    { arn: "arn:tg/1", name: "tg-arn:tg/1", resource: "prod/web-1:80", weight: 95 },
    { arn: "arn:tg/2", name: "tg-arn:tg/2", resource: "prod/web-2:80", weight: undefined },
  ]);
  equal(targetGroups[20]?.resource, "prod/web-20:80");
  deepEqual(
    seen.map(({ body }) => {
      const form = new URLSearchParams(body);
      return [form.get("Action"), form.get("PageSize") ?? "", asked(form).length].join(" ");
    }),
    [
      "DescribeLoadBalancers 300 0",
      "DescribeLoadBalancers 300 0",
      "DescribeTargetGroups  0",
      "DescribeTags  20",
      "DescribeTags  1",
      "DescribeListeners  0",
      "DescribeRules  0",
      "DescribeRules  0",
    ],
  );
});

test("each request carries the signature that its body has with our keys", () =>
  asking(async (aws, seen) => {
    await aws.targetsOf("arn:tg/0", signal);
    const [{ method = "", url = "", body = "", headers = {} } = {}] = seen;
    equal(body, "Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=arn%3Atg%2F0");
    const address = `http://${headers["host"]}${url}`;
    const content = { "Content-Type": String(headers["content-type"]) };
    const { Authorization } = signatureHeaders(
      { method, url: address, body, headers: content },
      {
        accessKey: "AKID",
        secretKey: "SECRET",
        sessionToken: "",
        region: "eu-west-1",
        service: "elasticloadbalancing",
        at: now,
      },
    );
    equal(headers["authorization"], Authorization);
  }));

test("targets are all that are registered, healthy or not", () =>
  asking(async (aws) => {
    deepEqual([...(await aws.targetsOf("arn:tg/0", signal))], ["10.0.0.1:8080", "10.0.0.2:8080"]);
  }));

test("a name that AWS does not know is no load balancer", () =>
  asking(async (aws) => equal(await aws.find("other.elb.example.org", signal), undefined)));

const refusals: [name: string, body: string, status: number, want: RegExp][] = [
  [
    "a refusal says why",
    "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not allowed</Message></Error></ErrorResponse>",
    403,
    /^DescribeLoadBalancers: 403 AccessDenied: not allowed$/,
  ],
  ["another answer is none", "<html></html>", 200, /^AWS did not answer as DescribeLoadBalancers does$/],
];
for (const [name, body, status, message] of refusals) {
  test(`load balancers: ${name}`, () =>
    asking(
      (aws) => rejects(aws.find("web.elb.example.org", signal), { message }),
      () => ({ status, body }),
    ));
}
