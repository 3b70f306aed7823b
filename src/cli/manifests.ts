import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { parseAllDocuments } from "yaml";
import { isJson } from "../api/json.ts";
import type { KubeObject } from "../api/object.ts";
import { messageOf, Problem } from "../api/problem.ts";

/** The objects in YAML or JSON files; `-` is the standard input. Throws a `Problem` that names the file. */
export async function readManifests(files: readonly string[]): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for (const file of files) objects.push(...objectsIn(await contentOf(file), file));
  return objects;
}

/** The text of a file; `-` is the standard input. */
export async function contentOf(file: string): Promise<string> {
  try {
    return file === "-" ? await textOf(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    throw new Problem(`cannot read ${file}: ${messageOf(error)}`);
  }
}

/** The objects of a text with any number of YAML documents; lists are unfolded. */
export function objectsIn(text: string, file: string): readonly KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Problem(`${file}: ${error.message}`);
    const value: unknown = document.toJS();
    return value === null || value === undefined ? [] : unfolded(value, file);
  });
}

function unfolded(value: unknown, file: string): readonly KubeObject[] {
  if (!isJson(value)) throw new Problem(`${file}: a document is no object`);
  const { apiVersion, kind, metadata, items } = value;
  if (typeof kind !== "string") throw new Problem(`${file}: an object has no kind`);
  if (kind.endsWith("List") && Array.isArray(items)) return items.flatMap((item) => unfolded(item, file));
  if (typeof apiVersion !== "string") throw new Problem(`${file}: a ${kind} has no apiVersion`);
  const name = isJson(metadata) ? metadata["name"] : undefined;
  if (typeof name !== "string" && kind !== scenarioKind) throw new Problem(`${file}: a ${kind} has no name`);
  return [value as unknown as KubeObject];
}

/** The kind of a document that says what is to be simulated. */
export const scenarioKind = "Scenario";
