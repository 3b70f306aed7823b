import { Problem } from "../api/problem.ts";
import { Datadog } from "../api/providers.ts";
import { duration, type Millis } from "../api/time.ts";
import { readSeries, readTable } from "./datadogReply.ts";
import type { HttpReply, HttpRequest } from "./http.ts";
import { type Asking, provider } from "./provider.ts";
import { secretIfAny } from "./secret.ts";

/** Datadog: a metric query, or a formula over several (analysis 6.6). */
export const datadog = provider(Datadog, async (spec, asking) => {
  check(spec);
  const timeout = timeoutOf(spec);
  const { address, apiKey, appKey } = await credentialsOf(spec, asking);
  const isV1 = (spec.apiVersion ?? "v1") === "v1";
  const question = isV1 ? seriesQuestion(spec, asking) : tableQuestion(spec, asking);
  const reply = await asking.http({
    ...question,
    url: address + question.url,
    headers: { "Content-Type": "application/json", "DD-API-KEY": apiKey, "DD-APPLICATION-KEY": appKey },
    timeout,
    reads: true,
    signal: asking.signal,
  });
  refuse(reply);
  return isV1 ? readSeries(reply.body) : readTable(reply.body);
});

const review = "Please review the Analysis Template.";

/** Throws a `Problem` for fields that contradict each other. */
function check({ apiVersion = "v1", query = "", queries = {}, formula = "", aggregator }: Datadog): void {
  const count = Object.keys(queries).length;
  if (query === "" && count === 0) throw new Problem(`Must have either a query or queries. ${review}`);
  if (query !== "" && count > 0) throw new Problem(`Cannot have both a query and queries. ${review}`);
  if (apiVersion === "v1" && query === "") {
    throw new Problem(
      "Query is empty. API Version v1 only supports using the query parameter in your Analysis Template.",
    );
  }
  if (formula !== "" && count === 0)
    throw new Problem(`Formula are only valid when queries are set. ${review}`);
  if (formula === "" && count > 1) {
    throw new Problem("When multiple queries are provided you must include a formula.");
  }
  if (apiVersion === "v1" && aggregator !== undefined) {
    throw new Problem(`Aggregator is not supported in v1. ${review}`);
  }
}

function timeoutOf({ requestTimeout = "10s" }: Datadog): Millis {
  const timeout = parsed(requestTimeout, `Could not parse the request timeout: %. ${review}`);
  if (timeout > 0) return timeout;
  throw new Problem(`Request timeout must be a positive duration (e.g. 30s). ${review}`);
}

function parsed(text: string, message: string): Millis {
  try {
    return duration(text);
  } catch (error) {
    throw error instanceof Problem ? new Problem(message.replace("%", () => error.message)) : error;
  }
}

interface Credentials {
  readonly address: string;
  readonly apiKey: string;
  readonly appKey: string;
}

/** From the Secret that is named, else from the environment, else from the Secret `datadog`. */
async function credentialsOf({ secretRef }: Datadog, asking: Asking): Promise<Credentials> {
  const { name = "", namespaced = false } = secretRef ?? {};
  if (namespaced && name === "") throw new Problem("secret name is required for namespaced credentials");
  const found =
    name === ""
      ? (fromEnvironment(asking) ?? (await fromSecret("datadog", undefined, asking)))
      : await fromSecret(name, namespaced ? asking.run.namespace : undefined, asking);
  if (found !== undefined) return found;
  throw new Problem("failed to find the credentials for datadog metrics provider");
}

function fromEnvironment({ surroundings: { variables }, hide }: Asking): Credentials | undefined {
  const { DD_API_KEY: apiKey = "", DD_APP_KEY: appKey = "", DD_ADDRESS: address = "" } = variables;
  if (apiKey === "" || appKey === "" || address === "") return undefined;
  for (const key of [apiKey, appKey]) hide(key);
  return { address, apiKey, appKey };
}

async function fromSecret(
  name: string,
  namespace: string | undefined,
  asking: Asking,
): Promise<Credentials | undefined> {
  const secret = await secretIfAny(asking, name, namespace);
  const apiKey = secret?.get("api-key") ?? "";
  const appKey = secret?.get("app-key") ?? "";
  if (apiKey === "" || appKey === "") return undefined;
  const address = secret?.get("address") ?? "";
  return { apiKey, appKey, address: address === "" ? "https://api.datadoghq.com" : address };
}

type Question = Pick<HttpRequest, "method" | "url" | "body">;

function seriesQuestion({ query = "", interval = "5m" }: Datadog, { now }: Asking): Question {
  const to = Math.floor(now / 1000);
  const from = Math.floor((now - duration(interval)) / 1000);
  return {
    method: "GET",
    url: `/api/v1/query?${new URLSearchParams({ from: `${from}`, query, to: `${to}` })}`,
  };
}

function tableQuestion(spec: Datadog, { now }: Asking): Question {
  const { query = "", queries = {}, formula = "", aggregator = "last", interval = "5m" } = spec;
  const named = query === "" ? Object.entries(queries) : [["query", query] as const];
  const attributes = {
    from: Math.floor(now - duration(interval)),
    to: now,
    queries: named.map(([name, text]) => ({ aggregator, data_source: "metrics", name, query: text })),
    formulas: formula === "" ? [] : [{ formula }],
  };
  const body = JSON.stringify({ data: { attributes, type: "scalar_request" } });
  return { method: "POST", url: "/api/v2/query/scalar", body };
}

function refuse({ status, body }: HttpReply): void {
  if (status === 401 || status === 403) {
    throw new Problem(`received authentication error response code: ${status} ${body}`);
  }
  if (status !== 200) throw new Problem(`received non 2xx response code: ${status} ${body}`);
}
