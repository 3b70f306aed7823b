import { doesNotThrow, equal } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { AnalysisTemplateSpec } from "../../../src/api/analysis.ts";
import { objectsIn } from "../../../src/cli/manifests.ts";
import { compile } from "../../../src/demo/promql/compile.ts";
import { SeriesStore } from "../../../src/demo/promql/series.ts";

const folder = fileURLToPath(new URL("../../../analysis/", import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
  path.endsWith(".yaml"),
);

test("promql: every template of analysis/ can be evaluated", () => {
  const queries = files.flatMap((path) =>
    objectsIn(readFileSync(join(folder, path), "utf8"), path)
      .filter(({ kind }) => kind.endsWith("AnalysisTemplate"))
      .flatMap(({ spec }) => queriesIn(AnalysisTemplateSpec.parse(spec))),
  );
  equal(queries.length >= files.length, true);
  for (const query of queries) doesNotThrow(() => compile(query)(new SeriesStore(), 0), query);
});

/** The queries with the defaults of their arguments; one without a default is a name. */
function queriesIn({ metrics = [], args = [] }: AnalysisTemplateSpec): readonly string[] {
  const values = new Map(args.map(({ name, value }) => [name, value ?? "name"]));
  return metrics.flatMap(({ provider }) => {
    const query = provider?.prometheus?.query;
    if (query === undefined) return [];
    return [query.replace(/\{\{ *args\.([\w-]+) *\}\}/g, (_, name: string) => values.get(name) ?? "")];
  });
}
