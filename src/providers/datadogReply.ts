import { isJson, type Json } from "../api/json.ts";
import { messageOf, Problem } from "../api/problem.ts";
import type { Measured } from "../reconcile/measure.ts";
import { items, members } from "./json.ts";
import { decimal, listed } from "./numbers.ts";

/** How many groups are kept at each end of the values, and how many there may be before some are left out. */
const keptGroups = 50;
const mostGroups = 100;

/** The last point of the first series of a v1 answer; a point that is null counts as 0 (trap 45). */
export function readSeries(body: string): Measured {
  const series = parsed(body)["series"];
  const points = items(members(items(series)[0])["pointlist"]);
  const last = points.at(-1);
  if (last === undefined) return { is: "value", value: null, text: JSON.stringify(series ?? null) };
  const pair = items(last);
  if (pair.length < 2) throw new Problem("Datapoint does not have 2 values");
  const value = Number(pair[1] ?? 0);
  return { is: "value", value, text: decimal(value) };
}

/** One value of a v2 answer, or, where it is grouped, a list of them, even of one (trap 46). */
export function readTable(body: string): Measured {
  const reply = parsed(body);
  const problem = reply["errors"] ?? members(reply["data"])["errors"];
  const said = Array.isArray(problem) ? problem.join(", ") : problem;
  if (said !== undefined && said !== null && said !== "") {
    throw new Problem(`There were errors in your query: ${String(said)}`);
  }
  const columns = items(members(members(reply["data"])["attributes"])["columns"]).map(members);
  const groups = columns.filter(({ type }) => type === "group");
  const cells = numbersOf(columns.find(({ type = "" }) => type === "number" || type === ""));
  const [first] = cells;
  if (first === undefined) return { is: "value", value: null, text: "[]" };
  if (groups.length === 0) return { is: "value", value: first.value, text: decimal(first.value) };
  return grouped(cells, groups);
}

interface Cell {
  readonly index: number;
  readonly value: number;
}

function numbersOf(column: Json | undefined): readonly Cell[] {
  return items(column?.["values"]).flatMap((raw, index) => {
    if (raw === null) return [];
    if (typeof raw === "number") return [{ index, value: raw }];
    const where = `${JSON.stringify(raw)} in column ${JSON.stringify(column?.["name"])}`;
    throw new Problem(`could not parse numeric value ${where}: it is not a number`);
  });
}

/** Of very many groups the lowest and the highest values are kept. */
function grouped(cells: readonly Cell[], groups: readonly Json[]): Measured {
  const truncated = cells.length > mostGroups;
  const sorted = [...cells].sort((a, b) => a.value - b.value);
  const kept = truncated ? [...sorted.slice(0, keptGroups), ...sorted.slice(-keptGroups)] : cells;
  const named = kept.map(({ index, value }) => ({ name: groupName(groups, index), value }));
  const values = kept.map(({ value }) => value);
  return {
    is: "value",
    value: Float64Array.from(values),
    text: listed(values),
    metadata: { groups: JSON.stringify(named), ...(truncated && { groups_truncated: "true" }) },
  };
}

function groupName(groups: readonly Json[], index: number): string {
  return groups
    .map(({ values }) => {
      const tags: unknown = items(values)[index];
      if (!Array.isArray(tags)) throw new Problem(`could not parse group label at index ${index}`);
      return tags.join(",");
    })
    .join(",");
}

function parsed(body: string): Json {
  try {
    const reply: unknown = JSON.parse(body);
    return isJson(reply) ? reply : {};
  } catch (error) {
    const cause = messageOf(error);
    throw new Problem(`Could not parse JSON body: ${cause}`);
  }
}
