import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import type { Millis } from "../../src/api/time.ts";
import { leaseNamespace } from "../../src/controller/leaseNamespace.ts";
import { silent } from "../../src/kube/log.ts";
import { ApiError, type Client } from "../../src/reconcile/ports.ts";

/** What the API server says, one request after the other. */
type Answer = "there" | "missing" | "forbidden" | "away";

const cases: [name: string, answers: readonly Answer[], want: string][] = [
  ["is the controller's own", ["there"], "own"],
  ["is another one where its own was never made", ["missing"], "other"],
  ["is the controller's own when only the lease may be read", ["forbidden", "missing", "forbidden"], "own"],
  ["waits for a server that is away", ["away", "away", "missing"], "other"],
  ["waits for a server that knows nobody yet", ["forbidden", "forbidden", "missing"], "other"],
  ["is asked for again when rights have just come", ["forbidden", "missing", "missing"], "other"],
];

for (const [name, answers, want] of cases) {
  test(`the namespace of the lease ${name}`, async () => {
    const rest = [...answers];
    equal(await leaseNamespace({ ...options(rest), isOver: () => false }), want);
    deepEqual(rest, []);
  });
}

test("the namespace of the lease is not looked for any more when the controller ends", async () => {
  const rest: Answer[] = ["forbidden", "forbidden", "there"];
  let looks = 0;
  const isOver = () => looks++ > 0;
  equal(await leaseNamespace({ ...options(rest), isOver }), "own");
  deepEqual(rest, ["there"]);
});

function options(answers: Answer[]) {
  const get = async ({ apiVersion, kind, name }: ObjectRef): Promise<KubeObject | undefined> => {
    const answer = answers.shift();
    if (answer === "forbidden") throw new ApiError(403, "Forbidden", "may not");
    if (answer === "away") throw new ApiError(0, "Unknown", "connection refused");
    return answer === "there" ? { apiVersion, kind, metadata: { name } } : undefined;
  };
  const client = { get } as unknown as Client;
  return { client, log: silent, own: "own", other: "other", lease: "lock", retryPeriod: 1 as Millis };
}
