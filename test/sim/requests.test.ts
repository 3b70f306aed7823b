import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, describe, test } from "node:test";
import { serveApi } from "../../src/sim/http.ts";
import { cluster } from "./builders.ts";
import { type Outcome, play } from "./play.ts";
import { cases } from "./requests.ts";

const recorded: Readonly<Record<string, Outcome>> = JSON.parse(
  readFileSync(new URL("./requests.golden.json", import.meta.url), "utf8"),
);

describe("the embedded cluster answers as a real API server did", async () => {
  const server = await serveApi(cluster({ collectsGarbage: false }));
  after(() => server.close());
  for (const [at, one] of cases.entries()) {
    test(one.name, async () => {
      const answer = await play(server, one, `case-${at}`, recorded[one.name]?.events?.length);
      equal(answer.code, one.code);
      deepEqual(answer, recorded[one.name]);
    });
  }
});

test("the table is as long as it should be, and its names are its own", () => {
  ok(cases.length >= 60);
  equal(new Set(cases.map(({ name }) => name)).size, cases.length);
});
