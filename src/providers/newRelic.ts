import { isJson } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { NewRelic } from "../api/providers.ts";
import { seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { compactJson, items, members, parsedJson } from "./json.ts";
import { type Asking, provider, saying } from "./provider.ts";
import { secretOf } from "./secret.ts";

const question =
  "query($accountId: Int!, $query: Nrql!, $timeout: Seconds) " +
  "{ actor { account(id: $accountId) { nrql(query: $query, timeout: $timeout) { results } } } }";

/** New Relic: an NRQL query through NerdGraph. One row is an object, several are a list (analysis 6.7). */
export const newRelic = provider(NewRelic, async (spec, asking) => {
  const { timeout = 0, query, profile = "" } = spec;
  if (timeout < 0) throw new Problem("timeout value needs to be a positive value");
  const { url, key, account } = await accountOf(profile === "" ? "newrelic" : profile, asking);
  const variables = { accountId: account, query, timeout: timeout === 0 ? 5 : timeout };
  return saying({ ResolvedNewRelicQuery: query }, async () => {
    const { status, body } = await asking.http({
      method: "POST",
      url,
      headers: { "Api-Key": key, "Content-Type": "application/json" },
      body: JSON.stringify({ query: question, variables }),
      timeout: seconds(30),
      reads: true,
      signal: asking.signal,
    });
    if (status === 200) return valueIn(parsedJson(body));
    return { is: "error", message: `the server answered ${status}: ${body.slice(0, 1024)}` };
  });
});

async function accountOf(
  profile: string,
  asking: Asking,
): Promise<{ readonly url: string; readonly key: string; readonly account: number }> {
  const secret = await secretOf(asking, profile);
  const key = secret.get("personal-api-key") ?? "";
  const id = secret.get("account-id") ?? "";
  if (key === "" || id === "") throw new Problem("account ID or personal API key not found");
  if (!/^[+-]?\d+$/.test(id)) {
    throw new Problem(
      `could not parse account ID: strconv.Atoi: parsing ${JSON.stringify(id)}: invalid syntax`,
    );
  }
  const host =
    (secret.get("region") ?? "").toLowerCase() === "eu" ? "api.eu.newrelic.com" : "api.newrelic.com";
  const given = secret.get("base-url-nerdgraph") ?? "";
  return { url: given === "" ? `https://${host}/graphql` : given, key, account: Number(id) };
}

function valueIn(reply: unknown): Measured {
  const { data, errors } = members(reply);
  const messages = items(errors).map((error) => String(members(error)["message"]));
  if (messages.length > 0) return { is: "error", message: messages.join(", ") };
  const account = members(members(members(data)["actor"])["account"]);
  const rows = items(members(account["nrql"])["results"]);
  const [first] = rows;
  const isEmpty = rows.length === 1 && isJson(first) && Object.keys(first).length === 0;
  if (rows.length === 0 || isEmpty) return { is: "error", message: "no results returned from NRQL query" };
  const value = rows.length === 1 ? first : rows;
  return { is: "value", value, text: compactJson(value) };
}
