import { deepEqual } from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { asked, cases, sampleText, series, start } from "../demo/promql/cases.ts";
import { freePorts, scratch, startChild, until } from "./support/child.ts";
import { program, skipWithout } from "./support/parts.ts";

const skip = skipWithout("prometheus");

test("what the demo's evaluator is held to is what a real Prometheus answers", { skip }, async (t) => {
  const command = program("prometheus");
  const { folder, remove } = await scratch("promql");
  const page = join(folder, "page.txt");
  const data = join(folder, "data");
  const config = join(folder, "config.yaml");
  await writeFile(page, history());
  await writeFile(config, "{}");
  const promtool = join(dirname(command), "promtool");
  await promisify(execFile)(promtool, ["tsdb", "create-blocks-from", "openmetrics", page, data]);
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const flags = [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    "--storage.tsdb.retention.time=100y",
    `--web.listen-address=${address}`,
  ];
  const child = startChild("prometheus", command, flags, folder);
  t.after(async () => {
    await child.stop();
    await remove();
  });
  const isReady = async () => (await fetch(`http://${address}/-/ready`)).ok;
  await until("prometheus is ready", isReady, { children: [child] });
  const answers: [string, readonly string[]][] = [];
  for (const [query] of cases) answers.push([query, await answer(address, query)]);
  deepEqual(answers, cases);
});

/** All points of the series in the text format that promtool reads, each metric in one piece. */
function history(): string {
  const names = new Set(series.map(({ labels }) => labels["__name__"] ?? ""));
  const metrics = [...names].map((name) => {
    const lines = series
      .filter(({ labels }) => labels["__name__"] === name)
      .flatMap(({ labels: { __name__: _, ...labels }, points }) => {
        const text = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
        return points.flatMap((value, second) =>
          value === undefined ? [] : [`${name}{${text.join(",")}} ${value} ${start + second}`],
        );
      });
    return [`# TYPE ${name} unknown`, ...lines].join("\n");
  });
  return `${metrics.join("\n")}\n# EOF\n`;
}

interface Reply {
  readonly data:
    | { readonly resultType: "scalar"; readonly result: readonly [number, string] }
    | {
        readonly resultType: "vector";
        readonly result: readonly {
          readonly metric: Readonly<Record<string, string>>;
          readonly value: readonly [number, string];
        }[];
      };
}

async function answer(address: string, query: string): Promise<readonly string[]> {
  const body = new URLSearchParams({ query, time: String(asked) });
  const reply = await fetch(`http://${address}/api/v1/query`, { method: "POST", body });
  const { data } = (await reply.json()) as Reply;
  if (data.resultType === "scalar") return [String(Number(data.result[1]))];
  return data.result.map(({ metric, value }) => sampleText(metric, Number(value[1]))).sort();
}
