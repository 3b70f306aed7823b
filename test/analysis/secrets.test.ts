import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { secretValues } from "../../src/analysis/secrets.ts";
import { redacted } from "../../src/api/redact.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { good, lab, metric } from "./lab.ts";

const encoded = (text: string) => Buffer.from(text).toString("base64");
const arg = (key: string) => [{ name: "token", valueFrom: { secretKeyRef: { name: "s", key } } }];
const args = arg("k");
const secrets = { s: { k: encoded("top secret\n") } };

test("a secret is read as it is, line end included", async () => {
  const client = {
    get: async () => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: secrets.s }),
  };
  deepEqual([...(await secretValues(client, "ns", args))], [["token", "top secret\n"]]);
});

const failures: readonly [name: string, error: ApiError | undefined, message: string][] = [
  ["missing", undefined, 'secrets "s" not found'],
  ["forbidden", new ApiError(403, "Forbidden", 'secrets "s" is forbidden'), 'secrets "s" is forbidden'],
];
for (const [name, error, message] of failures) {
  test(`a secret that is ${name} is a problem`, async () => {
    const get = async () => {
      if (error !== undefined) throw error;
      return undefined;
    };
    await rejects(secretValues({ get }, "ns", args), { name: "Problem", message });
  });
}

test("an API server that does not answer is no problem of the run", async () => {
  const get = async () => {
    throw new ApiError(503, "ServiceUnavailable", "try again");
  };
  await rejects(secretValues({ get }, "ns", args), { name: "ApiError" });
});

test("a key that is missing ends the run", async () => {
  const run = lab({ spec: { metrics: [metric("m")], args: arg("zz") }, secrets });
  await run.settle();
  deepEqual(run.status, {
    phase: "Error",
    message: "Unable to resolve metric arguments: key 'zz' does not exist in secret 's'",
    runSummary: {},
  });
});

test("a secret reaches the provider, and neither the status nor the events", async () => {
  const provider = { web: { url: "http://x", headers: [{ key: "Authorization", value: "{{args.token}}" }] } };
  const run = lab({
    spec: { metrics: [metric("m", { provider })], args },
    secrets,
    measure: ({ metric: asked }) => ({
      ...good,
      is: "value",
      value: 1,
      text: JSON.stringify(asked.provider),
      metadata: { echo: `${asked.provider.web?.headers?.[0]?.value}` },
    }),
  });
  await run.settle();
  equal(run.asked[0]?.metric.provider.web?.headers?.[0]?.value, "top secret\n");
  equal(run.status.phase, "Successful");
  equal(JSON.stringify([run.status, run.events]).includes("top secret"), false);
});

test("the longer of two secrets is replaced first", () => {
  equal(redacted("ab abc %20 a b", ["ab", "abc", "a b"]), "***** ***** %20 *****");
  equal(redacted("a%20b a+b", ["a b"]), "***** *****");
});

test("a secret is replaced in JSON within JSON, and where & is escaped", () => {
  const secret = 'a"&b';
  const texts = [JSON.stringify({ secret }), JSON.stringify(JSON.stringify({ secret }))];
  for (const text of texts) {
    for (const shown of [text, text.replaceAll("&", "\\u0026")]) {
      equal(/a\\|b/.test(redacted(shown, [secret])), false, shown);
    }
  }
});
