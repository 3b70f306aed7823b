import { Problem } from "../api/problem.ts";
import { seconds } from "../api/time.ts";
import type { LoadBalancer, LoadBalancers, TargetGroup } from "../reconcile/loadBalancers.ts";
import type { Clock } from "../reconcile/ports.ts";
import { awsRegion, signedHeaders } from "./awsCredentials.ts";
import { type Http, httpClient } from "./http.ts";
import type { Surroundings } from "./provider.ts";
import { type Element, elements, parseXml, textAt } from "./xml.ts";

/** What the load balancers of AWS are asked with. */
export interface LoadBalancerOptions {
  readonly surroundings: Surroundings;
  readonly clock: Pick<Clock, "now">;
  /** The tag of a target group that says what it was made for. */
  readonly tagKey: string;
  /** Another client for tests. */
  readonly http?: Http | undefined;
}

/** Asks one action of the API for one page. */
type Ask = (action: string, form: Readonly<Record<string, string>>) => Promise<Element>;

/** How many target groups DescribeTags takes at a time, and load balancers a page has. */
const tagsAtOnce = 20;
const pageSize = "300";

/**
 * The Elastic Load Balancing API of AWS, version 2, with signed requests: what verifies the weights of target
 * groups and who is registered in them (traffic-cli-ops 2.2.5, 2.2.6).
 */
export function loadBalancersOf(options: LoadBalancerOptions): LoadBalancers {
  const http = options.http ?? httpClient();
  const asking =
    (signal: AbortSignal): Ask =>
    (action, form) =>
      asked({ ...options, http }, action, form, signal);
  return {
    find: (host, signal) => found(host, options.tagKey, asking(signal)),
    async targetsOf(arn, signal) {
      const result = await asking(signal)("DescribeTargetHealth", { TargetGroupArn: arn });
      const targets = elements(result, "TargetHealthDescriptions", "member", "Target");
      return new Set(targets.map((target) => `${textAt(target, "Id")}:${textAt(target, "Port")}`));
    },
  };
}

async function found(host: string, tagKey: string, ask: Ask): Promise<LoadBalancer | undefined> {
  const isIt = (one: Element) => textAt(one, "DNSName") === host;
  const pages = await all(ask, "DescribeLoadBalancers", { PageSize: pageSize }, "LoadBalancers", isIt);
  const balancer = pages.find(isIt);
  if (balancer === undefined) return undefined;
  const arn = textAt(balancer, "LoadBalancerArn");
  const groups = await all(ask, "DescribeTargetGroups", { LoadBalancerArn: arn }, "TargetGroups");
  const arns = groups.map((group) => textAt(group, "TargetGroupArn"));
  const resources = await tagsOf(arns, tagKey, ask);
  const weights = await weightsIn(arn, ask);
  const targetGroups = groups.map((group): TargetGroup => {
    const id = textAt(group, "TargetGroupArn");
    const name = textAt(group, "TargetGroupName");
    return { arn: id, name, resource: resources.get(id) ?? "", weight: weights.get(id) };
  });
  return { arn, name: textAt(balancer, "LoadBalancerName"), targetGroups };
}

/** What the tag says of each target group. */
async function tagsOf(
  arns: readonly string[],
  tagKey: string,
  ask: Ask,
): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  for (let from = 0; from < arns.length; from += tagsAtOnce) {
    const some = arns.slice(from, from + tagsAtOnce);
    const form = Object.fromEntries(some.map((arn, index) => [`ResourceArns.member.${index + 1}`, arn]));
    for (const one of elements(await ask("DescribeTags", form), "TagDescriptions", "member")) {
      const tag = elements(one, "Tags", "member").find((each) => textAt(each, "Key") === tagKey);
      if (tag !== undefined) tags.set(textAt(one, "ResourceArn"), textAt(tag, "Value"));
    }
  }
  return tags;
}

/** The weight of each target group in the rules of all listeners; the last rule wins. */
async function weightsIn(arn: string, ask: Ask): Promise<ReadonlyMap<string, number>> {
  const weights = new Map<string, number>();
  for (const listener of await all(ask, "DescribeListeners", { LoadBalancerArn: arn }, "Listeners")) {
    const form = { ListenerArn: textAt(listener, "ListenerArn") };
    for (const rule of await all(ask, "DescribeRules", form, "Rules")) {
      const groups = elements(rule, "Actions", "member", "ForwardConfig", "TargetGroups", "member");
      for (const group of groups) {
        const weight = textAt(group, "Weight");
        if (weight !== "") weights.set(textAt(group, "TargetGroupArn"), Number(weight));
      }
    }
  }
  return weights;
}

/** The members of a list over all its pages; no further page once one of them is what is looked for. */
async function all(
  ask: Ask,
  action: string,
  form: Readonly<Record<string, string>>,
  list: string,
  isEnough: (member: Element) => boolean = () => false,
): Promise<readonly Element[]> {
  const members: Element[] = [];
  for (let marker = ""; ; ) {
    const page = await ask(action, marker === "" ? form : { ...form, Marker: marker });
    const more = elements(page, list, "member");
    members.push(...more);
    marker = textAt(page, "NextMarker");
    if (marker === "" || more.some(isEnough)) return members;
  }
}

/** The result of an action. Throws a `Problem` for a refusal. */
async function asked(
  { surroundings, clock, http }: LoadBalancerOptions & { readonly http: Http },
  action: string,
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Element> {
  const { variables } = surroundings;
  const region = awsRegion(surroundings);
  const address =
    variables["AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2"] ??
    variables["AWS_ENDPOINT_URL"] ??
    `https://elasticloadbalancing.${region}.amazonaws.com`;
  const url = `${address.replace(/\/+$/, "")}/`;
  const body = new URLSearchParams({ Action: action, Version: "2015-12-01", ...form }).toString();
  const content = { "Content-Type": "application/x-www-form-urlencoded; charset=utf-8" };
  const unsigned = { method: "POST", url, body, headers: content };
  const target = { service: "elasticloadbalancing", region, profile: "", roleArn: "" };
  const hide = (): void => {}; // nothing that is said here holds a key
  const signing = { surroundings, http, signal, now: clock.now(), hide };
  const signature = await signedHeaders(unsigned, target, signing);
  const headers = { ...content, ...signature };
  const reply = await http({
    ...unsigned,
    headers,
    timeout: seconds(30),
    reads: true,
    trusted: true,
    signal,
  });
  const document = parseXml(reply.body);
  if (reply.status !== 200) throw new Problem(`${action}: ${reply.status} ${refusalIn(document)}`.trim());
  const [result] = elements(document, `${action}Response`, `${action}Result`);
  if (result === undefined) throw new Problem(`AWS did not answer as ${action} does`);
  return result;
}

function refusalIn(document: Element): string {
  const [error] = elements(document, "ErrorResponse", "Error");
  return error === undefined ? "" : `${textAt(error, "Code")}: ${textAt(error, "Message")}`;
}
