import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { withSecretVariables } from "../../src/analysis/jobSecrets.ts";
import type { Argument } from "../../src/analysis/types.ts";
import { lab, metric, running } from "./lab.ts";

const args: readonly Argument[] = [
  { name: "host", value: "example.com" },
  { name: "api-token", valueFrom: { secretKeyRef: { name: "s", key: "k" } } },
];
const variable = {
  name: "LOTSE_ARG_1_API_TOKEN",
  valueFrom: { secretKeyRef: { name: "s", key: "k" } },
};
const tag = "{{args.api-token}}";
const reference = "$(LOTSE_ARG_1_API_TOKEN)";

const podOf = (pod: object) => ({ template: { spec: pod } });
const jobOf = (container: object, key = "containers") =>
  metric("m", { provider: { job: { spec: podOf({ [key]: [{ name: "c", ...container }] }) } } });

const containers: readonly [name: string, given: object, want: object][] = [
  [
    "a variable",
    { env: [{ name: "T", value: "{{args.api-token}}" }] },
    { env: [variable, { name: "T", value: reference }] },
  ],
  [
    "a command and args",
    {
      command: ["curl", "-H", "Bearer {{ args.api-token }}"],
      args: ["{{args.host}}", 1, "{{args.api-token}}"],
    },
    {
      command: ["curl", "-H", `Bearer ${reference}`],
      args: ["{{args.host}}", 1, reference],
      env: [variable],
    },
  ],
  ["a text with a dollar", { args: [`$${tag}`] }, { args: [`$$${reference}`], env: [variable] }],
  ["nothing secret", { args: ["{{args.host}}"] }, { args: ["{{args.host}}"] }],
];
for (const [name, given, want] of containers) {
  for (const key of ["containers", "initContainers"]) {
    test(`${key} of a Job get the secret in ${name} by reference`, () => {
      deepEqual(withSecretVariables(jobOf(given, key), args), jobOf(want, key));
    });
  }
}

const elsewhere: readonly [name: string, provider: object][] = [
  ["an image", { spec: podOf({ containers: [{ image: "x:{{args.api-token}}" }] }) }],
  ["an annotation", { metadata: { annotations: { a: "{{args.api-token}}" } }, spec: podOf({}) }],
  [
    "a name of a variable",
    { spec: podOf({ containers: [{ env: [{ name: "{{args.api-token}}", value: "1" }] }] }) },
  ],
];
for (const [name, job] of elsewhere) {
  test(`a Job may not have a secret in ${name}`, () => {
    throws(() => withSecretVariables(metric("m", { provider: { job: job as never } }), args), {
      name: "Problem",
      message: /^\{\{args\.api-token\}\} is a secret: a Job may have it only in/,
    });
  });
}

test("a Job may not be named after a secret", () => {
  const named = { ...jobOf({ args: [] }), name: `m-${tag}` };
  throws(() => withSecretVariables(named, args), { name: "Problem" });
});

test("other providers get the secret itself", () => {
  const web = metric("m", { provider: { web: { url: "{{args.api-token}}" } } });
  equal(withSecretVariables(web, args), web);
});

const secrets = { s: { k: Buffer.from("top secret").toString("base64") } };

test("the provider of Jobs is never given the value", async () => {
  const run = lab({
    spec: { metrics: [jobOf({ args: ["{{args.host}} {{args.api-token}}"] })], args },
    secrets,
    measure: () => running,
  });
  await run.look();
  const [asked] = run.asked;
  deepEqual(asked?.metric, jobOf({ args: [`example.com ${reference}`], env: [variable] }));
  equal(JSON.stringify(run.asked).includes("top secret"), false);
});
