import { Problem } from "../api/problem.ts";
import { SkyWalking } from "../api/providers.ts";
import { duration, type Instant, later, type Millis, seconds } from "../api/time.ts";
import { compactJson, items, members, parsedJson } from "./json.ts";
import { provider } from "./provider.ts";

/** Apache SkyWalking: the data of a GraphQL query, which gets the span to look at (analysis 6.7). */
export const skyWalking = provider(SkyWalking, async (spec, { http, now, signal }) => {
  const { address = "", query = "", interval = "" } = spec;
  const start = later(now, -duration(interval) as Millis);
  const span = { start: minute(start), end: minute(now), step: "MINUTE" };
  const { status, body } = await http({
    method: "POST",
    url: `${address}/graphql`,
    headers: { "Content-Type": "application/json; charset=utf-8", Accept: "application/json; charset=utf-8" },
    body: JSON.stringify({ query, variables: { duration: span } }),
    timeout: seconds(30),
    reads: true,
    signal,
  });
  const reply = parsedJson(body);
  if (reply === undefined) throw new Problem(`graphql: the server answered ${status} without JSON`);
  const { data, errors } = members(reply);
  const [error] = items(errors);
  if (error !== undefined) return { is: "error", message: `graphql: ${String(members(error)["message"])}` };
  if (Object.keys(members(data)).length === 0) {
    return { is: "error", message: "no results returned from SkyWalking query" };
  }
  return { is: "value", value: data, text: compactJson(data) };
});

/** `YYYY-MM-DD HHmm` in the time zone of this process. */
function minute(at: Instant): string {
  const date = new Date(at);
  const two = (count: number) => String(count).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}${two(date.getMinutes())}`;
}
