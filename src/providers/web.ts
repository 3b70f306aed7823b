import { Problem } from "../api/problem.ts";
import { Web } from "../api/providers.ts";
import { seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { compactJson, parsedJson } from "./json.ts";
import { findJsonPath } from "./jsonPath.ts";
import { type JsonPath, parseJsonPath } from "./jsonPathParser.ts";
import { bearer, oauth2Of } from "./oauth2.ts";
import { provider } from "./provider.ts";

/** Any HTTP endpoint: a value is found in its JSON answer, or the answer itself is one (analysis 6.3). */
export const web = provider(Web, async (spec, { http, signal, hide }) => {
  const { url, insecure, timeoutSeconds = 0, authentication } = spec;
  const path = parseJsonPath(spec.jsonPath === undefined || spec.jsonPath === "" ? "{$}" : spec.jsonPath);
  const timeout = seconds(timeoutSeconds <= 0 ? 10 : timeoutSeconds);
  const method = spec.method === undefined || spec.method === "" ? "GET" : spec.method;
  const body = bodyOf(spec, method);
  const given = Object.fromEntries((spec.headers ?? []).map(({ key, value }) => [key, value]));
  const oauth2 = oauth2Of(authentication);
  const token =
    oauth2 === undefined
      ? {}
      : { Authorization: await bearer({ oauth2, headers: {}, timeout, insecure }, { http, signal, hide }) };
  const content = spec.jsonBody === undefined ? {} : { "Content-Type": "application/json" };
  const headers = { ...given, ...token, ...content };
  const reads = method === "GET";
  const reply = await http({ method, url, headers, body, timeout, insecure, reads, signal });
  if (reply.status < 200 || reply.status > 299) {
    return { is: "error", message: `received non 2xx response code: ${reply.status}` };
  }
  return valueIn(reply.body, path);
});

function bodyOf({ body = "", jsonBody }: Web, method: string): string | undefined {
  if (body !== "" && jsonBody !== undefined) {
    throw new Problem("use either Body or JSONBody; both cannot exists for WebMetric payload");
  }
  if (body === "" && jsonBody === undefined) return undefined;
  if (method === "GET") {
    throw new Problem("Body/JSONBody can only be used with POST or PUT WebMetric Method types");
  }
  return jsonBody === undefined ? body : compactJson(jsonBody);
}

/** What is not JSON, an empty answer too, is a text. */
function valueIn(body: string, path: JsonPath): Measured {
  const json = parsedJson(body);
  if (json === undefined) return { is: "value", value: body, text: body };
  const found = attempt(json, path);
  if (found.length === 0) return { is: "error", message: "result of web metric produced no value" };
  return { is: "value", value: found[0], text: compactJson(found[0]) };
}

function attempt(json: unknown, path: JsonPath): readonly unknown[] {
  try {
    return findJsonPath(json, path);
  } catch (error) {
    throw error instanceof Problem ? new Problem(`Could not find JSONPath in body: ${error.message}`) : error;
  }
}
