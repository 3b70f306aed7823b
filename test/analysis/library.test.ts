import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { mergedTemplates } from "../../src/analysis/templates.ts";
import { schemaOf } from "../../src/api/crd.ts";
import { kinds } from "../../src/api/kinds.ts";
import { unknownFields } from "../../src/api/unknownFields.ts";
import type { Measure } from "../../src/reconcile/measure.ts";
import {
  given,
  type Judgement,
  type LibraryFile,
  library,
  libraryPaths,
  measured,
  metricOf,
} from "../support/library.ts";

const nameOf = ({ platform, judgement }: LibraryFile): string => `${platform}-${judgement}`;

test("analysis/ has one file for each platform and judgement", () => {
  deepEqual(libraryPaths(), library.map(({ platform, judgement }) => `${platform}/${judgement}.yaml`).sort());
});

const schema = schemaOf(kinds.find(({ kind }) => kind === "AnalysisTemplate") ?? failed());

function failed(): never {
  throw new Error("there is no kind AnalysisTemplate");
}

for (const file of library) {
  const name = nameOf(file);
  const { template, object, source, platform } = file;
  const args = template.spec.args ?? [];

  test(`${name} has only known fields, and is called after its place`, () => {
    deepEqual(unknownFields(schema, object), []);
    deepEqual([object["apiVersion"], object["kind"]], ["argoproj.io/v1alpha1", "AnalysisTemplate"]);
    equal(template.metadata.name, name);
    deepEqual(
      template.spec.metrics?.map((metric) => metric.name),
      [name],
    );
  });

  test(`${name} documents every argument, and uses it`, () => {
    const lines = source.split("\n");
    const undocumented = lines.filter(
      (line, index) =>
        line.startsWith("    - name: ") && !/^ {2}( {2}# |metrics:)/.test(lines[index - 1] ?? ""),
    );
    deepEqual(undocumented, []);
    const used = [...source.matchAll(/\{\{args\.([a-z-]+)\}\}/g)].map((found) => found[1] ?? "");
    deepEqual([...new Set(used)].sort(), args.map((arg) => arg.name).sort());
  });

  test(`${name} says in its first lines what it does without traffic, and does it`, async () => {
    const head = source.slice(0, source.indexOf("apiVersion:")).replaceAll(/\n# ?/g, " ");
    match(head, / No traffic: with fewer .* is held\. .* does not count; the run says since when\./);
    for (const answer of [[], [Number.NaN]]) {
      const finding = await measured(metricOf(file, given[platform]), answering(answer, []));
      deepEqual([finding.phase, finding.noData], ["Inconclusive", { held: true, what: "no data" }]);
    }
  });

  test(`${name} can be run with what it documents`, () => {
    const needed = args.filter(({ value }) => value === undefined).map((arg) => arg.name);
    ok(needed.every((arg) => given[platform][arg] !== undefined));
    for (const missing of needed) {
      const { [missing]: _, ...rest } = given[platform];
      throws(() => metricOf(file, rest), { message: `args.${missing} was not resolved` });
    }
    const metric = metricOf(file, { ...given[platform], count: "3" });
    equal(JSON.stringify(metric).includes("{{"), false);
    deepEqual([metric.interval, metric.count, metric.onNoData], ["60s", "3", "hold"]);
  });

  test(`${name} is judged by its threshold, once there are enough requests`, async () => {
    for (const [value, samples, phase, what] of table[file.judgement]) {
      const finding = await measured(metricOf(file, given[platform]), answering([value], samples));
      deepEqual([finding.phase, finding.noData?.what], [phase, what], `${value} of ${samples} requests`);
    }
  });

  test(`${name} takes other thresholds`, async () => {
    const limits = {
      "min-success-rate": "0.5",
      "max-latency": "2.5",
      "max-difference": "-1",
      "min-requests": "1",
    };
    const metric = metricOf(file, { ...given[platform], ...limits });
    const value = { "success-rate": 0.6, "latency-p99": 2, "error-ratio": 0 }[file.judgement];
    const phase = file.judgement === "error-ratio" ? "Failed" : "Successful";
    equal((await measured(metric, answering([value], [1]))).phase, phase);
  });
}

/** The value that is measured, the requests that there were, and what follows. */
const table: Readonly<Record<Judgement, readonly Row[]>> = {
  "success-rate": [
    [1, [1000], "Successful", undefined],
    [0.95, [20], "Successful", undefined],
    [0.949, [20], "Failed", undefined],
    [0, [1000], "Failed", undefined],
    [0, [19], "Inconclusive", "only 19 of 20 samples"],
    [1, [], "Inconclusive", "only 0 of 20 samples"],
  ],
  "latency-p99": [
    [0.01, [1000], "Successful", undefined],
    [0.5, [20], "Successful", undefined],
    [0.501, [20], "Failed", undefined],
    [Number.POSITIVE_INFINITY, [20], "Failed", undefined],
    [7, [3], "Inconclusive", "only 3 of 20 samples"],
  ],
  "error-ratio": [
    [-0.5, [1000], "Successful", undefined],
    [0, [1000], "Successful", undefined],
    [0.02, [20], "Successful", undefined],
    [0.021, [20], "Failed", undefined],
    [1, [20], "Failed", undefined],
    [1, [2], "Inconclusive", "only 2 of 20 samples"],
  ],
};
type Row = readonly [value: number, samples: readonly number[], phase: string, what: string | undefined];

test("all of them can be used together in one analysis", () => {
  const merged = mergedTemplates(library.map(({ template }) => template.spec));
  equal(merged.metrics.length, library.length);
});

/** A server that gives these values for the query, and those for the number of requests. */
function answering(values: readonly number[], samples: readonly number[]): Measure {
  return async ({ metric }) => {
    const asked = metric.provider.prometheus?.query ?? "";
    const answer = asked.startsWith("sum(increase(") ? samples : values;
    return { is: "value", value: Float64Array.from(answer), text: `[${answer.join(",")}]` };
  };
}
