import type { KubeObject } from "../../api/object.ts";
import type { Instant } from "../../api/time.ts";
import type { Json } from "../json.ts";
import type { PrinterColumn, Resource } from "../resource.ts";
import { ageOf } from "./age.ts";
import { columnValue } from "./columnPath.ts";
import { type BuiltInColumn, builtInColumns } from "./columns.ts";
import type { Page } from "./list.ts";

/** Whether a client asks for tables, as `kubectl get` does. */
export function wantsTable(accept: string): boolean {
  return accept.includes("as=Table");
}

/** A page of objects as a table. `includeObject` says how much of each object goes with its row. */
export function tableOf(
  resource: Resource,
  { items, metadata }: Page,
  now: Instant,
  query: URLSearchParams,
): Json {
  return { ...table(resource, items, now, query), metadata };
}

/** One object as a table, as a watch sends it; only its first event describes the columns. */
export function objectTable(
  resource: Resource,
  object: KubeObject,
  now: Instant,
  query: URLSearchParams,
  described: boolean,
): Json {
  const full = table(resource, [object], now, query);
  const metadata = { resourceVersion: object.metadata.resourceVersion };
  return { ...full, metadata, ...(described ? {} : { columnDefinitions: null }) };
}

function table(resource: Resource, items: readonly KubeObject[], now: Instant, query: URLSearchParams): Json {
  const columns = resource.custom ? customColumns(resource) : builtInColumns(resource.kind);
  const include = query.get("includeObject") ?? "Metadata";
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    columnDefinitions: columns.map(({ name, type, format, priority }) => ({
      name,
      type,
      format,
      description: "",
      priority,
    })),
    rows: items.map((object) => ({
      cells: columns.map((column) => column.cell(object, now)),
      ...(include === "None" ? {} : { object: include === "Object" ? object : partial(object) }),
    })),
  };
}

function partial({ metadata }: KubeObject): object {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata };
}

const name: BuiltInColumn = {
  name: "Name",
  type: "string",
  format: "name",
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};
const age: PrinterColumn = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

/** The columns of a definition, after the name; only an age when it has none. */
function customColumns({ columns }: Resource): readonly BuiltInColumn[] {
  return [name, ...(columns.length === 0 ? [age] : columns).map(customColumn)];
}

function customColumn({
  name: header,
  type,
  format = "",
  priority = 0,
  jsonPath,
}: PrinterColumn): BuiltInColumn {
  return {
    name: header,
    type,
    format,
    priority,
    cell: (object, now) => customCell(columnValue(object, jsonPath), type, now),
  };
}

type Shown = (value: unknown, now: Instant) => unknown;

/** How a cell is shown by the type of its column; a value of another type is not shown. */
const shownAs: Readonly<Record<string, Shown>> = {
  integer: (value) => (Number.isInteger(value) ? value : null),
  number: (value) => (typeof value === "number" ? value : null),
  boolean: (value) => (typeof value === "boolean" ? value : null),
  date: (value, now) => (typeof value === "string" ? ageOf(value, now) : null),
  string: (value) => (typeof value === "object" ? JSON.stringify(value) : String(value)),
};

function customCell(value: unknown, type: string, now: Instant): unknown {
  return value === undefined || value === null ? null : (shownAs[type]?.(value, now) ?? null);
}
