import { deepEqual, equal, rejects } from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { seconds } from "../../src/api/time.ts";
import { httpClient } from "../../src/providers/http.ts";
import { serving } from "./server.ts";

const http = httpClient();
const request = { method: "GET", timeout: seconds(30) };

for (const reads of [true, false]) {
  test(`an answer leaves nothing behind that waits for its time to be over (reads: ${reads})`, async () => {
    const { signal } = new AbortController();
    const reply = await serving(
      () => "fine",
      (url) => http({ ...request, url, reads, signal }),
    );
    deepEqual([reply.body, getEventListeners(signal, "abort").length], ["fine", 0]);
  });
}

test("a question that nobody wants answered any more is not asked", async () => {
  let asked = 0;
  const count = (): string => {
    asked += 1;
    return "fine";
  };
  await serving(count, async (url) => {
    await rejects(http({ ...request, url, reads: true, signal: AbortSignal.abort() }), /context canceled$/);
  });
  equal(asked, 0);
});
