import { Problem } from "../api/problem.ts";
import { Influxdb } from "../api/providers.ts";
import { seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import { csvRows } from "./csv.ts";
import type { HttpReply } from "./http.ts";
import { members, parsedJson } from "./json.ts";
import { numberOf, printed } from "./numbers.ts";
import { provider } from "./provider.ts";
import { secretOf } from "./secret.ts";

const dialect = { annotations: ["datatype", "group", "default"], delimiter: ",", header: true };

/** InfluxDB: the values of all records of a Flux query (analysis 6.7). */
export const influxdb = provider(Influxdb, async ({ profile = "", query = "" }, asking) => {
  const secret = await secretOf(asking, profile === "" ? "influxdb" : profile);
  const [address = "", token = "", org = ""] = ["address", "authToken", "org"].map((key) => secret.get(key));
  if (address === "" || token === "" || org === "") {
    throw new Problem("authToken, org, or address not found");
  }
  const reply = await asking.http({
    method: "POST",
    url: `${address.replace(/\/+$/, "")}/api/v2/query?${new URLSearchParams({ org })}`,
    headers: { Authorization: `Token ${token}`, "Content-Type": "application/json; charset=utf-8" },
    body: JSON.stringify({ dialect, query, type: "flux" }),
    timeout: seconds(30),
    reads: true,
    signal: asking.signal,
  });
  return reply.status < 200 || reply.status > 299 ? errorIn(reply) : valueIn(reply.body);
});

function errorIn({ status, statusText, body }: HttpReply): Measured {
  const { code, message } = members(parsedJson(body));
  const known = typeof code === "string" && typeof message === "string";
  return {
    is: "error",
    message: known ? `${code}: ${message}` : `${status} ${statusText}: ${body.slice(0, 1024)}`,
  };
}

/** A table as an answer gives it: its annotations, then its header, then its records. */
interface Table {
  readonly types: readonly string[];
  readonly header: readonly string[];
  readonly records: (readonly string[])[];
}

/** Annotations or an empty line begin another table; one without annotations keeps the types of the last. */
function tablesIn(body: string): readonly Table[] {
  const tables: Table[] = [];
  let types: readonly string[] = [];
  let begun = false;
  for (const row of csvRows(body)) {
    const isNote = row[0]?.startsWith("#") === true;
    if (row[0] === "#datatype") types = row;
    if (isNote || row.length === 0) begun = false;
    else if (begun) tables.at(-1)?.records.push(row);
    else {
      tables.push({ types, header: row, records: [] });
      begun = true;
    }
  }
  return tables;
}

/** The `_value` of each record, read as the annotation above its table says. */
function valueIn(body: string): Measured {
  const tables = tablesIn(body);
  const failed = tables.find(({ header }) => header.includes("error"));
  if (failed !== undefined) {
    return {
      is: "error",
      message: failed.records[0]?.[failed.header.indexOf("error")] ?? "the query failed",
    };
  }
  const values = tables.flatMap(({ types, header, records }) => {
    const column = header.indexOf("_value");
    return records.map((record) => read(record[column] ?? "", types[column]));
  });
  if (values.length === 0) return { is: "error", message: "no results returned from flux query" };
  return { is: "value", value: values, text: `[${values.map(shown).join(" ")}]` };
}

/** A whole number is kept whole: conditions tell it from a float. */
function read(text: string, type: string | undefined): unknown {
  if (text === "" && type !== "string") return null;
  switch (type) {
    case "double":
      return numberOf(text) ?? null;
    case "long":
    case "unsignedLong":
      return BigInt(text);
    case "boolean":
      return text === "true";
    default:
      return text;
  }
}

function shown(value: unknown): string {
  if (typeof value === "number") return printed(value);
  return value === null ? "<nil>" : String(value);
}
