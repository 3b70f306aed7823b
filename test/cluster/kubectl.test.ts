import { deepEqual } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { beginning, commands } from "../sim/kubectl/commands.ts";
import { startEmbedded } from "../sim/kubectl/embedded.ts";
import { run, watched } from "../sim/kubectl/session.ts";
import { startControlPlane } from "./support/controlPlane.ts";

/** With this variable set, what kubectl says about the real API server becomes the record of `npm test`. */
const records = process.env["LOTSE_RECORD"] !== undefined;
const file = new URL("../sim/kubectl/session.golden.json", import.meta.url);

describe("kubectl says the same about the embedded cluster and a real API server", async () => {
  // Controllers would change the objects between two commands, so this API server has none.
  const plane = await startControlPlane({ controllerManager: false });
  const embedded = await startEmbedded();
  const heard: unknown[] = [];
  const recorded: readonly unknown[] = records ? heard : JSON.parse(readFileSync(file, "utf8"));
  after(async () => {
    if (records) writeFileSync(file, `${JSON.stringify(heard, null, 1)}\n`);
    await embedded.stop();
    await plane.stop();
  });
  for (const [at, command] of commands.entries()) {
    test(command.args.join(" "), { timeout: 20_000 }, async () => {
      const truth = await run(plane.kubeconfig, join(plane.folder, "real"), command);
      heard.push(truth);
      deepEqual(await run(embedded.kubeconfig, embedded.folder, command), truth);
      deepEqual(recorded[at], truth);
    });
    if (at !== beginning) continue;
    test("get -w", { timeout: 20_000 }, async () => {
      const truth = await watched(plane.kubeconfig, join(plane.folder, "real"), "rollout");
      deepEqual(await watched(embedded.kubeconfig, embedded.folder, "rollout"), truth);
    });
  }
});
