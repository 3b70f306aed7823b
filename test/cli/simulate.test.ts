import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { lotse } from "./lotse.ts";

const seed = join(import.meta.dirname, "../scenario/seed.yaml");

interface Result {
  readonly outcome: string;
  readonly moments: readonly {
    readonly at: number;
    readonly step: number;
    readonly weight: number;
    readonly pods: { readonly stable: number; readonly canary: number };
    readonly phase: string;
    readonly message: string;
    readonly effects: readonly { readonly do: string; readonly object: string; readonly why: string }[];
  }[];
}

async function simulated(...args: readonly string[]): Promise<{ code: number; result: Result }> {
  const { code, out } = await lotse("simulate", "-f", seed, "-o", "json", ...args);
  return { code, result: JSON.parse(out) as Result };
}

test("the seed manifest goes through 10, 30, 60 and 100 at 0, 5, 10 and 15 minutes", async () => {
  const { code, result } = await simulated();
  equal(code, 0);
  equal(result.outcome, "completed");
  const firsts = [10, 30, 60, 100].map((weight) => {
    const at = result.moments.find((moment) => moment.weight === weight)?.at ?? Number.NaN;
    return Math.floor(at / 60);
  });
  deepEqual(firsts, [0, 5, 10, 15]);
  equal(result.moments[0]?.at, 0);
  deepEqual(result.moments.at(-1)?.pods, { stable: 5, canary: 0 });
});

test("a metric that becomes bad rolls back at its first measurement", async () => {
  const { code, result } = await simulated("--metric", "success-rate=0.90@7m");
  equal(code, 1);
  equal(result.outcome, "aborted");
  const aborted = result.moments.find(({ phase }) => phase === "Degraded");
  ok(aborted !== undefined && aborted.at >= 420 && aborted.at < 480, `aborted at ${aborted?.at}`);
  const last = result.moments.at(-1);
  deepEqual([last?.weight, last?.pods], [0, { stable: 5, canary: 0 }]);
  ok(aborted.effects.every(({ do: verb, object, why }) => verb !== "" && object !== "" && why !== ""));
});

test("several Rollouts are played one after the other, each in its namespace", async () => {
  const other = join(import.meta.dirname, "../scenario/workload.yaml");
  const { code, out } = await lotse("simulate", "-f", seed, "-f", other, "-o", "json");
  const results = JSON.parse(out) as (Result & { rollout: string })[];
  equal(code, 0);
  deepEqual(
    results.map(({ rollout, outcome }) => [rollout, outcome]),
    [
      ["production/my-api", "completed"],
      ["default/legacy", "completed"],
    ],
  );
});

test("YAML says the same as JSON", async () => {
  const { out } = await lotse("simulate", "-f", seed, "-o", "yaml");
  deepEqual(parse(out), (await simulated()).result);
});

test("pods that take long delay every step", async () => {
  const { result } = await simulated("--ready-after", "2m", "--set", "my-api=other:1");
  const thirty = result.moments.find(({ weight }) => weight === 30);
  equal(thirty?.at, 420);
});

test("an image whose pods crash leaves the rollout stuck", async () => {
  const { code, result } = await simulated("--crash", "myregistry.com/my-api:simulated=noImage");
  deepEqual([code, result.outcome], [1, "stuck"]);
});

const wrong: [name: string, args: string[], message: RegExp][] = [
  ["a file that is not there", ["-f", "/nowhere.yaml"], /cannot read \/nowhere.yaml/],
  ["a container that is not there", ["-f", seed, "--set", "other=web:2"], /changes nothing/],
  ["--set without image", ["-f", seed, "--set", "my-api"], /CONTAINER=IMAGE/],
  ["a metric without value", ["-f", seed, "--metric", "success-rate"], /NAME=VALUE/],
  ["a time that is none", ["-f", seed, "--metric", "success-rate=1@soon"], /invalid duration/],
  ["a fate that is none", ["-f", seed, "--crash", "web:1=sad"], /no fate of pods/],
  ["another output", ["-f", seed, "-o", "xml"], /text, json or yaml/],
  ["an unknown option", ["-f", seed, "--nope"], /unknown option/],
  ["no Rollout", [], /no Rollout/],
];
for (const [name, args, message] of wrong) {
  test(`simulate exits with 2 for ${name}`, async () => {
    const { code, out, err } = await lotse("simulate", ...args);
    equal(code, 2);
    equal(out, "");
    match(err, message);
  });
}

const invalid: [name: string, without: string, message: RegExp][] = [
  ["a missing Service", "my-api-canary", /InvalidSpec: .*service "my-api-canary" not found/],
  ["a missing AnalysisTemplate", "success-rate", /InvalidSpec: .*AnalysisTemplate 'success-rate' not found/],
];
for (const [name, without, message] of invalid) {
  test(`${name} is reported as the controller would`, async () => {
    const documents = (await readFile(seed, "utf8")).split("---\n");
    const kept = documents.filter((text) => !text.includes(`metadata:\n  name: ${without}\n`));
    equal(kept.length, documents.length - 1);
    const folder = await mkdtemp(join(tmpdir(), "lotse-"));
    const file = join(folder, "web.yaml");
    await writeFile(file, kept.join("---\n"));
    const { code, err } = await lotse("simulate", "-f", file);
    await rm(folder, { recursive: true });
    equal(code, 2);
    match(err, message);
  });
}

test("help and version exit with 0, an unknown command with 2", async () => {
  const help = await lotse("--help");
  deepEqual([help.code, /simulate/.test(help.out), /eval/.test(help.out)], [0, true, true]);
  const version = await lotse("--version");
  deepEqual([version.code, /^\d+\.\d+\.\d+\n$/.test(version.out)], [0, true]);
  equal((await lotse("sail")).code, 2);
});
