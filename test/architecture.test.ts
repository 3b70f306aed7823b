import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const src = fileURLToPath(new URL("../src/", import.meta.url));
const pure = ["api", "reconcile", "traffic", "analysis", "experiment", "rollout"];
const anything = "*";

/** Which folder may import which (docs/architecture.md); a folder may always import itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: [],
  reconcile: ["api"],
  traffic: ["api", "reconcile"],
  analysis: ["api", "reconcile"],
  experiment: ["api", "reconcile", "analysis"],
  rollout: ["api", "reconcile", "traffic", "analysis", "experiment"],
  kube: ["api", "reconcile"],
  providers: ["api", "reconcile"],
  telemetry: ["api", "reconcile"],
  sim: pure,
  server: [...pure, "telemetry"],
  controller: [...pure, "kube", "providers", "telemetry", "server"],
  cli: [anything],
  demo: [anything],
  "main.ts": [anything],
  "cli.ts": [anything],
};

/**
 * Packages that a pure folder may import: zod everywhere; RE2 for the `matches` of conditions, loaded when
 * needed.
 */
const purePackages: Readonly<Record<string, readonly string[]>> = {
  analysis: ["zod", "re2js", "node:module"],
};

interface Source {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
}

const sources: readonly Source[] = readdirSync(src, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, folder: path.split("/")[0] ?? path, text: readFileSync(join(src, path), "utf8") }));

function importsOf({ text }: Source): string[] {
  const found = text.matchAll(/(?:^|\n)(?:import|export)\s[^;]*?from\s+"([^"]+)"|import\("([^"]+)"\)/g);
  return [...found].map((match) => match[1] ?? match[2] ?? "");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

test("every folder imports only what its row allows", () => {
  const wrong = sources.flatMap((source) => {
    const allowed = mayImport[source.folder];
    if (allowed === undefined) return [`${source.path}: its folder has no row`];
    if (allowed.includes(anything)) return [];
    return importsOf(source)
      .filter((target) => target.startsWith("."))
      .map((target) => relative(src, resolve(src, dirname(source.path), target)).split("/")[0] ?? "")
      .filter((folder) => folder !== source.folder && !allowed.includes(folder))
      .map((folder) => `${source.path} imports ${folder}`);
  });
  deepEqual(wrong, []);
});

test("pure folders import no package but zod", () => {
  const wrong = sources
    .filter(({ folder }) => pure.includes(folder))
    .flatMap((source) =>
      importsOf(source)
        .filter(
          (target) => !target.startsWith(".") && !(purePackages[source.folder] ?? ["zod"]).includes(target),
        )
        .map((target) => `${source.path} imports ${target}`),
    );
  deepEqual(wrong, []);
});

test("pure folders read no clock, environment, randomness, and log nothing", () => {
  const forbidden =
    /\bDate\.now\(|\bnew Date\(\)|\bprocess\.|\bMath\.random\(|\bconsole\.|\bsetTimeout\(|\bfetch\(/;
  const wrong = sources
    .filter(({ folder, text }) => pure.includes(folder) && forbidden.test(withoutComments(text)))
    .map(({ path }) => path);
  deepEqual(wrong, []);
});

test("files have at most 300 lines of at most 110 columns", () => {
  const long = sources.filter(({ text }) => text.trimEnd().split("\n").length > 300).map(({ path }) => path);
  const wide = sources.filter(({ text }) => text.split("\n").some((line) => line.length > 110));
  deepEqual({ long, wide: wide.map(({ path }) => path) }, { long: [], wide: [] });
});

test("functions have at most 50 lines", () => {
  const wrong = sources.flatMap(({ path, text }) => longFunctions(text).map((line) => `${path}:${line}`));
  deepEqual(wrong, []);
});

/**
 * The lines at which a function begins that is longer than 50 lines; functions end where their indent
 * returns.
 */
function longFunctions(text: string): number[] {
  const lines = text.split("\n");
  return lines.flatMap((line, index) => {
    const [, indent] = /^(\s*)(?:export )?(?:async )?function\b.*\{$/.exec(line) ?? [];
    if (indent === undefined) return [];
    const end = lines.findIndex((later, at) => at > index && later === `${indent}}`);
    return end - index > 50 ? [index + 1] : [];
  });
}

test("decide.ts fits one screen", () => {
  const decide = sources.find(({ path }) => path === "rollout/decide.ts");
  ok(decide !== undefined && decide.text.split("\n").length <= 45);
});

test("nothing refers to places outside the repository", () => {
  const wrong = sources
    .filter(({ text }) => /\/work\/|shared\/(reference|design)/.test(text))
    .map(({ path }) => path);
  deepEqual(wrong, []);
});
