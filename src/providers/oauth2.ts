import type { HttpAuthentication, OAuth2 } from "../api/httpProviders.ts";
import { isJson } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import type { Millis } from "../api/time.ts";
import { basic, type HttpReply } from "./http.ts";
import type { Asking } from "./provider.ts";

/** How a token is asked for. */
export interface TokenRequest {
  readonly oauth2: OAuth2;
  /** Headers that the metric sends with every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeout: Millis;
  readonly insecure: boolean | undefined;
}

/** The OAuth2 settings when they are in use; a `Problem` when they are incomplete (analysis 6.2). */
export function oauth2Of(authentication: HttpAuthentication | undefined): OAuth2 | undefined {
  const oauth2 = authentication?.oauth2;
  if (oauth2 === undefined || (oauth2.tokenUrl ?? "") === "") return undefined;
  if ((oauth2.clientId ?? "") === "" || (oauth2.clientSecret ?? "") === "") {
    throw new Problem("missing mandatory parameter in metric for OAuth2 setup");
  }
  return oauth2;
}

/**
 * The `Authorization` that a new token gives: client credentials, first as basic credentials, and as form
 * fields if the server refuses those. A token is used for one measurement only.
 */
export async function bearer(
  request: TokenRequest,
  asking: Pick<Asking, "http" | "signal" | "hide">,
): Promise<string> {
  const { clientId = "", clientSecret = "", scopes = [] } = request.oauth2;
  const form = { grant_type: "client_credentials", ...(scopes.length > 0 && { scope: scopes.join(" ") }) };
  const user = basic(`${encoded(clientId)}:${encoded(clientSecret)}`);
  const first = await ask(request, asking, form, { Authorization: user });
  const reply =
    first.status < 400 ? first : await ask(request, asking, withSecret(form, clientId, clientSecret), {});
  const authorization = authorizationIn(reply);
  asking.hide(authorization.slice(authorization.indexOf(" ") + 1));
  return authorization;
}

function withSecret(form: Readonly<Record<string, string>>, clientId: string, clientSecret: string) {
  return { client_id: clientId, client_secret: clientSecret, ...form };
}

function ask(
  { oauth2, headers, timeout, insecure }: TokenRequest,
  { http, signal }: Pick<Asking, "http" | "signal">,
  form: Readonly<Record<string, string>>,
  authorization: Readonly<Record<string, string>>,
): Promise<HttpReply> {
  return http({
    method: "POST",
    url: oauth2.tokenUrl ?? "",
    headers: { "Content-Type": "application/x-www-form-urlencoded", ...authorization, ...headers },
    body: new URLSearchParams(form).toString(),
    timeout,
    insecure,
    reads: false,
    signal,
  });
}

function authorizationIn({ status, statusText, body }: HttpReply): string {
  if (status < 200 || status > 299) {
    throw new Problem(
      `oauth2: cannot fetch token: ${status} ${statusText}\nResponse: ${body.slice(0, 1024)}`,
    );
  }
  const reply = parsed(body);
  const token = reply["access_token"];
  if (typeof token !== "string" || token === "")
    throw new Problem("oauth2: server response missing access_token");
  const type =
    typeof reply["token_type"] === "string" && reply["token_type"] !== "" ? reply["token_type"] : "Bearer";
  return `${type.toLowerCase() === "bearer" ? "Bearer" : type} ${token}`;
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const reply: unknown = JSON.parse(body);
    return isJson(reply) ? reply : {};
  } catch {
    throw new Problem("oauth2: cannot parse json: the token server did not answer with JSON");
  }
}

function encoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
