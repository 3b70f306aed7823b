import { deepEqual, equal } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { serveApi } from "../../src/sim/http.ts";
import { cluster } from "../sim/builders.ts";
import { type Outcome, play, prepare } from "../sim/play.ts";
import { cases } from "../sim/requests.ts";
import { startControlPlane } from "./support/controlPlane.ts";

/**
 * With this variable set, what the real API server answers becomes the record that `npm test` compares with.
 */
const records = process.env["LOTSE_RECORD"] !== undefined;
const file = new URL("../sim/requests.golden.json", import.meta.url);

describe("the embedded cluster and a real API server answer the same", async () => {
  // Controllers would change the objects between two requests, so this API server has none.
  const plane = await startControlPlane({ controllerManager: false });
  const embedded = await serveApi(cluster({ collectsGarbage: false }));
  const real = { url: plane.url, ca: plane.ca, token: plane.adminToken };
  await prepare(real);
  const heard: Record<string, Outcome> = {};
  const recorded: Readonly<Record<string, Outcome>> = records
    ? heard
    : JSON.parse(readFileSync(file, "utf8"));
  after(async () => {
    if (records) writeFileSync(file, `${JSON.stringify(heard, null, 1)}\n`);
    await embedded.close();
    await plane.stop();
  });
  for (const [at, one] of cases.entries()) {
    test(one.name, async () => {
      const truth = await play(real, one, `case-${at}`, recorded[one.name]?.events?.length);
      heard[one.name] = truth;
      equal(truth.code, one.code);
      deepEqual(await play(embedded, one, `case-${at}`, truth.events?.length), truth);
      deepEqual(recorded[one.name], truth);
    });
  }
});
