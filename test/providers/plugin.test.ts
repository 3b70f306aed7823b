import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { later, rfc3339, seconds } from "../../src/api/time.ts";
import { type Answer, type Given, measured, now, type Seen, serving } from "./server.ts";

const metadata = { id: "42" };

interface Asked {
  readonly spec?: object;
  readonly task?: Given["task"];
  readonly answer: (seen: Seen, count: number) => Answer;
}

function asked({ spec = {}, task, answer }: Asked) {
  return serving(answer, async (address, seen) => {
    const provider = { plugin: { "acme/queue": { url: `${address}/measure?x=1`, ...spec } } };
    const told = await measured({ provider, ...(task && { task }) });
    return { told, seen, address };
  });
}

const run = { namespace: "ns", name: "run", uid: "0dc6a4a1-1111-2222-3333-444455556666" };
const common = {
  version: 1,
  plugin: "acme/queue",
  run,
  metric: "m",
  now: rfc3339(now),
  config: { queue: "q" },
};
const questions: readonly [task: NonNullable<Given["task"]>, want: object][] = [
  [
    { do: "run", number: 3 },
    { ...common, do: "run", number: 3 },
  ],
  [
    { do: "resume", startedAt: later(now, seconds(-10)), metadata },
    { ...common, do: "resume", measurement: { startedAt: rfc3339(later(now, seconds(-10))), metadata } },
  ],
  [
    { do: "terminate", metadata },
    { ...common, do: "terminate", measurement: { metadata } },
  ],
];
for (const [task, want] of questions) {
  test(`plugin: a service is asked to ${task.do}`, async () => {
    const spec = { config: { queue: "q" }, headers: [{ key: "Authorization", value: "Bearer t" }] };
    const { seen } = await asked({ spec, task, answer: () => '{"is": "value", "value": 1}' });
    const [{ method, url, headers, body } = {} as Seen] = seen;
    deepEqual([method, url, seen.length], ["POST", "/measure?x=1", 1]);
    deepEqual([headers.authorization, headers["content-type"]], ["Bearer t", "application/json"]);
    deepEqual(JSON.parse(body), want);
  });
}

const broken = "plugin acme/queue: its answer is none";
const answers: readonly [name: string, answer: Answer, want: object][] = [
  ["a number", '{"is":"value","value":1.5}', { is: "value", value: 1.5, text: "1.5" }],
  [
    "an object with a text",
    '{"is":"value","value":{"b":1},"text":"one","metadata":{"a":"b"}}',
    { is: "value", value: { b: 1 }, text: "one", metadata: { a: "b" } },
  ],
  ["no value", '{"is":"value"}', { is: "value", value: null, text: "null" }],
  [
    "a verdict",
    '{"is":"verdict","phase":"Failed","message":"too long"}',
    { is: "verdict", phase: "Failed", message: "too long" },
  ],
  [
    "that it runs",
    '{"is":"running","resumeAfterSeconds":30,"metadata":{"id":"42"}}',
    { is: "running", resumeAt: later(now, seconds(30)), metadata },
  ],
  [
    "that it runs for how long ever",
    '{"is":"running"}',
    { is: "running", resumeAt: later(now, seconds(10)), metadata: undefined },
  ],
  ["an error", '{"is":"error","message":"no queue"}', { is: "error", message: "no queue" }],
  [
    "another status",
    { status: 500, body: '{"is":"value","value":1}' },
    { is: "error", message: "plugin acme/queue: received non 2xx response code: 500" },
  ],
  [
    "no JSON",
    "oops",
    { is: "error", message: `${broken}: Invalid input: expected object, received undefined` },
  ],
  [
    "another phase",
    '{"is":"verdict","phase":"Great"}',
    {
      is: "error",
      message: `${broken}.phase: Invalid option: expected one of "Successful"|"Failed"|"Inconclusive"`,
    },
  ],
  [
    "metadata of the controller",
    '{"is":"value","value":1,"metadata":{"noData":"hold"}}',
    { is: "error", message: `${broken}.metadata: at most 16 entries, none of them noData or noDataSince` },
  ],
];
for (const [name, answer, want] of answers) {
  test(`plugin: a service answers ${name}`, async () => {
    deepEqual((await asked({ answer: () => answer })).told, want);
  });
}

test("plugin: long texts are not kept", async () => {
  const long = "x".repeat(5000);
  const { told } = await asked({ answer: () => JSON.stringify({ is: "value", value: long }) });
  deepEqual(told, { is: "value", value: long, text: "5002 characters of JSON" });
  const message = await asked({ answer: () => JSON.stringify({ is: "error", message: long }) });
  match(message.told.is === "error" ? message.told.message : "", /\.message: Too big/);
});

test("plugin: a service that hangs is given up after its time", async () => {
  const { told } = await asked({ spec: { timeoutSeconds: 1 }, answer: () => "hang" });
  match(told.is === "error" ? told.message : "", /context deadline exceeded/);
});

test("plugin: only a look at a measurement under way is repeated after a failure", async () => {
  const answer = () => ({ status: 503 });
  equal((await asked({ answer, task: { do: "run", number: 1 } })).seen.length, 1);
  equal((await asked({ answer, task: { do: "resume", startedAt: now, metadata } })).seen.length, 3);
});

test("plugin: an address that is denied is not asked", async () => {
  const told = await measured({ provider: { plugin: { "a/b": { url: "http://169.254.169.254/" } } } });
  match(told.is === "error" ? told.message : "", /may not be asked/);
});

test("plugin: a field of another type is named", async () => {
  const told = await measured({ provider: { plugin: { "a/b": { url: "http://x", headers: "no" } } } });
  match(told.is === "error" ? told.message : "", /^provider\.plugin\["a\/b"\]\.headers: /);
});
