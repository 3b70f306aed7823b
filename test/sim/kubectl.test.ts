import { deepEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import type { Ran } from "../cluster/support/kubectl.ts";
import { skipWithout } from "../cluster/support/parts.ts";
import { beginning, commands } from "./kubectl/commands.ts";
import { startEmbedded } from "./kubectl/embedded.ts";
import { run, watched } from "./kubectl/session.ts";

const recorded: readonly Ran[] = JSON.parse(
  readFileSync(new URL("./kubectl/session.golden.json", import.meta.url), "utf8"),
);
const skip = skipWithout("kubectl");

describe("kubectl says about the embedded cluster what it said about a real one", { skip }, async () => {
  const embedded = await startEmbedded();
  after(() => embedded.stop());
  for (const [at, command] of commands.slice(0, beginning).entries()) {
    test(command.args.join(" "), { timeout: 20_000 }, async () => {
      deepEqual(await run(embedded.kubeconfig, embedded.folder, command), recorded[at]);
    });
  }

  test("get -w shows what changes", { timeout: 20_000 }, async () => {
    const lines = await watched(embedded.kubeconfig, embedded.folder, "rollout");
    deepEqual(lines, [
      "NAME  DESIRED  CURRENT  UP-TO-DATE  AVAILABLE  AGE",
      "my-api  3  AGE",
      "my-api  7  AGE",
    ]);
  });
});
