import { Problem } from "../api/problem.ts";
import { Wavefront } from "../api/providers.ts";
import { seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import type { HttpReply } from "./http.ts";
import { items, members, parsedJson } from "./json.ts";
import { decimal, fixed, listed } from "./numbers.ts";
import { provider } from "./provider.ts";
import { secretOf } from "./secret.ts";

/** Wavefront: of each series of a chart query the point nearest to now (analysis 6.7). */
export const wavefront = provider(Wavefront, async ({ address = "", query = "" }, asking) => {
  const token = (await secretOf(asking, "wavefront-api-tokens")).get(address) ?? "";
  if (token === "") throw new Problem("API token not found");
  const start = Math.floor(asking.now / 1000);
  const params = new URLSearchParams({
    autoEvents: "false",
    e: `${start * 1000}`,
    g: "s",
    i: "true",
    includeObsoleteMetrics: "false",
    listmode: "false",
    p: "1",
    q: query,
    s: `${start * 1000}`,
    strict: "false",
  });
  const reply = await asking.http({
    method: "GET",
    url: `https://${address}/api/v2/chart/api?${params}`,
    headers: { Authorization: `Bearer ${token}` },
    timeout: seconds(30),
    reads: true,
    signal: asking.signal,
  });
  return valueIn(reply, start);
});

/** A point: its time in seconds since 1970, and its value. */
type Point = readonly [at: number, value: number];

function valueIn({ status, statusText, body }: HttpReply, start: number): Measured {
  if (status !== 200)
    return { is: "error", message: `server returned ${status} ${statusText}\n${body}`.trimEnd() };
  const { timeseries, warnings } = members(parsedJson(body));
  const warned = typeof warnings === "string" && warnings !== "" ? { warnings } : {};
  const points = items(timeseries).map((series) => nearest(items(members(series)["data"]), start));
  const [first] = points;
  if (first === undefined) {
    return { is: "error", message: "No TimeSeries found in response from Wavefront", metadata: warned };
  }
  const values = points.map(([, value]) => value);
  const times = points.map(([at]) => at);
  const drifts = times.map((at) => at - start);
  const isOne = points.length === 1;
  return {
    is: "value",
    value: isOne ? first[1] : Float64Array.from(values),
    text: isOne ? fixed(first[1], 2) : listed(values, (value) => fixed(value, 2)),
    metadata: {
      timestamps: isOne ? decimal(first[0]) : listed(times),
      drift: isOne ? decimal(first[0] - start) : listed(drifts),
      ...warned,
    },
  };
}

/** The point nearest to the start; a series without any has the value 0 then. */
function nearest(data: readonly unknown[], start: number): Point {
  const points = data.map((pair): Point => [Number(items(pair)[0]), Number(items(pair)[1])]);
  const [first, ...others] = points;
  if (first === undefined) return [start, 0];
  return others.reduce(
    (best, point) => (Math.abs(point[0] - start) < Math.abs(best[0] - start) ? point : best),
    first,
  );
}
