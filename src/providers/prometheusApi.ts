import { Problem } from "../api/problem.ts";
import type { Prometheus } from "../api/providers.ts";
import { type Millis, seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { signedHeaders } from "./awsCredentials.ts";
import { basic, type HttpReply } from "./http.ts";
import { items, members, parsedJson } from "./json.ts";
import { decimal, listed, numberOf } from "./numbers.ts";
import { bearer, oauth2Of } from "./oauth2.ts";
import type { Asking } from "./provider.ts";
import type { Unsigned } from "./sigv4.ts";

/** What users write about a server. */
export type ServerSpec = Omit<Prometheus, "rangeQuery">;

/** A server that speaks the query API of Prometheus, and how to talk to it. */
export interface Server {
  readonly spec: ServerSpec;
  readonly address: string;
  readonly timeout: Millis;
  readonly headers: Readonly<Record<string, string>>;
}

/** Throws a `Problem` for a server that cannot be asked at all. */
export function serverOf(spec: ServerSpec, name: string, defaultAddress = ""): Server {
  const given = spec.address ?? "";
  const address = given === "" ? defaultAddress : given;
  if (address === "") throw new Problem(`${name} address is not configured`);
  if (!isAddress(address)) throw new Problem(`${name} address is not is url format`);
  const { timeout = 30 } = spec;
  if (timeout < 0) throw new Problem(`${name} timeout should not be negative`);
  oauth2Of(spec.authentication);
  checkBasicAuth(spec);
  const headers = Object.fromEntries((spec.headers ?? []).map(({ key, value }) => [key, value]));
  return { spec, address, timeout: seconds(timeout), headers };
}

/** Scheme and host must be there; `localhost:9090` is a scheme without host. */
function isAddress(address: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\/[^/]/i.test(address) && URL.canParse(address);
}

function checkBasicAuth({ authentication }: ServerSpec): void {
  const { username = "", password = "" } = authentication?.basicAuth ?? {};
  if ((username === "") === (password === "")) return;
  const missing = username === "" ? "username" : "password";
  throw new Problem(`missing mandatory parameter in metric for basic auth setup: ${missing}`);
}

/** Posts a question as a form; a server that takes no forms is asked again in the address. */
export async function ask(
  server: Server,
  endpoint: string,
  form: Readonly<Record<string, string>>,
  asking: Asking,
): Promise<HttpReply> {
  const url = new URL(server.address);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${endpoint}`;
  const question = new URLSearchParams(form).toString();
  const reply = await request(server, "POST", url.href, question, asking);
  if (reply.status !== 405 && reply.status !== 501) return reply;
  for (const [name, value] of Object.entries(form)) url.searchParams.set(name, value);
  return request(server, "GET", url.href, undefined, asking);
}

async function request(
  server: Server,
  method: "GET" | "POST",
  url: string,
  body: string | undefined,
  asking: Asking,
): Promise<HttpReply> {
  const { timeout, spec } = server;
  const content = body === undefined ? {} : { "Content-Type": "application/x-www-form-urlencoded" };
  const authorization = await authorizationOf(server, { method, url, body, headers: content }, asking);
  const headers = { ...content, ...authorization, ...server.headers };
  const { http, signal } = asking;
  return http({ method, url, body, headers, timeout, insecure: spec.insecure, reads: true, signal });
}

/**
 * Basic credentials count only when nothing else gives an `Authorization`; the metric's own headers beat all.
 */
async function authorizationOf(
  { spec, address, timeout, headers }: Server,
  unsigned: Unsigned,
  asking: Asking,
): Promise<Readonly<Record<string, string>>> {
  const { basicAuth, sigv4 } = spec.authentication ?? {};
  const { region = "", profile = "", roleArn = "" } = sigv4 ?? {};
  if (address.includes("aps-workspaces") && region + profile + roleArn !== "") {
    return signedHeaders(unsigned, { service: "aps", region, profile, roleArn }, asking);
  }
  const oauth2 = oauth2Of(spec.authentication);
  if (oauth2 !== undefined) {
    return { Authorization: await bearer({ oauth2, headers, timeout, insecure: spec.insecure }, asking) };
  }
  const { username = "", password = "" } = basicAuth ?? {};
  if (username === "") return {};
  const credentials = basic(`${username}:${password}`);
  asking.hide(credentials.replace("Basic ", ""));
  return { Authorization: credentials };
}

/** The value in the answer of the API, or the error that it tells. */
export function answerIn({ status, body }: HttpReply): Measured {
  const told = status === 400 || status === 422;
  if (!told && (status < 200 || status > 299)) {
    const kind = status >= 500 ? "server" : "client";
    const error =
      status >= 400 ? `${kind}_error: ${kind} error: ${status}` : `bad_response: bad response code ${status}`;
    return { is: "error", message: error };
  }
  const reply = members(parsedJson(body));
  if (reply["status"] === "error")
    return { is: "error", message: `${reply["errorType"]}: ${reply["error"]}` };
  if (reply["status"] !== "success" || told) {
    return { is: "error", message: "bad_response: the server did not answer as Prometheus does" };
  }
  const { resultType, result } = members(reply["data"]);
  const warnings = items(reply["warnings"]).map((warning) => JSON.stringify(String(warning)));
  return {
    ...valueIn(resultType, result),
    ...(warnings.length > 0 && { metadata: { warnings: warnings.join(", ") } }),
  };
}

function valueIn(resultType: unknown, result: unknown): Measured {
  switch (resultType) {
    case "scalar": {
      const value = sample(result);
      return { is: "value", value, text: decimal(value) };
    }
    case "vector":
      return list(items(result).map((series) => sample(members(series)["value"])));
    case "matrix":
      return list(items(result).flatMap((series) => items(members(series)["values"]).map(sample)));
    case "string":
      return { is: "error", message: 'bad_response: unexpected value type "string"' };
    default:
      return { is: "error", message: "Prometheus metric type not supported" };
  }
}

function list(values: readonly number[]): Measured {
  return { is: "value", value: Float64Array.from(values), text: listed(values) };
}

/**
 * The number of a pair of time and text; an empty text is one that says nothing. Any other text is an error:
 * a condition would take it for no data.
 */
function sample(pair: unknown): number {
  const text = items(pair)[1];
  if (text === "") return Number.NaN;
  const value = numberOf(String(text));
  if (value === undefined) throw new Problem(`bad_response: the value ${JSON.stringify(text)} is no number`);
  return value;
}
