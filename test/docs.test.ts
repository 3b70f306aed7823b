import { deepEqual } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "analysis/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true })
    .map((path) => `docs/${String(path)}`)
    .filter((path) => path.endsWith(".md")),
];
const text = (page: string): string => readFileSync(join(root, page), "utf8");

test("links between pages lead somewhere", () => {
  const broken = pages.flatMap((page) =>
    [...text(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
      .map((found) => found[1] ?? "")
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(page), target)))
      .map((target) => `${page}: ${target}`),
  );
  deepEqual(broken, []);
});

test("the scripts and commands that pages name exist", () => {
  const scripts = Object.keys((JSON.parse(text("package.json")) as { scripts: object }).scripts);
  const commands = [...text("src/cli.ts").matchAll(/^ {2}(\w+): async \(\) =>/gm)].map((found) => found[1]);
  const wrong = pages.flatMap((page) => [
    ...[...text(page).matchAll(/npm run ([\w:]+)/g)].filter(([, name = ""]) => !scripts.includes(name)),
    ...[...text(page).matchAll(/node src\/cli\.ts (\w+)/g)].filter(([, name]) => !commands.includes(name)),
  ]);
  deepEqual(
    wrong.map(([found]) => found),
    [],
  );
});
