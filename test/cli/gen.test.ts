import { deepEqual, equal } from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { generate, generated } from "../../src/cli/gen.ts";

const committed = join(import.meta.dirname, "../../crds");

test("the committed CRDs are what src/api says", async () => {
  deepEqual((await readdir(committed)).sort(), [...generated().keys()].sort());
  for (const [name, text] of generated()) equal(await readFile(join(committed, name), "utf8"), text, name);
});

test("generate makes the folder and writes the same files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lotse-gen-"));
  try {
    await generate(join(folder, "crds"));
    for (const [name, text] of generated()) equal(await readFile(join(folder, "crds", name), "utf8"), text);
  } finally {
    await rm(folder, { recursive: true });
  }
});
