import { Problem } from "../api/problem.ts";
import { Graphite } from "../api/providers.ts";
import { seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { items, members, parsedJson } from "./json.ts";
import { fixed, listed, numberOf } from "./numbers.ts";
import { provider } from "./provider.ts";

/** Graphite: the points of the first target of a render query (analysis 6.7). */
export const graphite = provider(Graphite, async ({ address = "", query = "" }, { http, signal }) => {
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/]/i.test(address) || !URL.canParse(address)) {
    throw new Problem(`Graphite address ${address} is not a valid URL`);
  }
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/render`;
  const params = new URLSearchParams(query.replaceAll(/\s/g, ""));
  params.set("format", "json");
  params.sort();
  url.search = params.toString();
  const reply = await http({ method: "GET", url: url.href, timeout: seconds(10), reads: true, signal });
  if (reply.status >= 400) return { is: "error", message: `error response: ${reply.body}` };
  return valueIn(reply.body);
});

function valueIn(body: string): Measured {
  const targets = parsedJson(body);
  if (!Array.isArray(targets)) return { is: "error", message: "the server did not answer as Graphite does" };
  if (targets.length === 0) return { is: "error", message: "no values found" };
  const values = items(members(targets[0])["datapoints"]).flatMap((point) => {
    const [value] = items(point);
    return value === null || value === undefined ? [] : [numberIn(value)];
  });
  const text = listed(values, (value) => fixed(value, 6));
  return { is: "value", value: Float64Array.from(values), text, shownAlways: true };
}

/** Some servers write numbers as texts. */
function numberIn(value: unknown): number {
  const number = typeof value === "number" ? value : numberOf(String(value));
  if (number === undefined) throw new Problem(`the value ${JSON.stringify(value)} is not a number`);
  return number;
}
