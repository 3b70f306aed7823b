import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Kayenta } from "../../src/api/providers.ts";
import { type Answer, type Given, measured, now, type Seen, serving } from "./server.ts";

const scope = { scope: "pods", region: "eu", step: 60 };
const kayenta = (address: string, more: Partial<Kayenta> = {}): Kayenta => ({
  address,
  application: "app",
  canaryConfigName: "config",
  metricsAccountName: "metrics",
  configurationAccountName: "configuration",
  storageAccountName: "storage",
  threshold: { pass: 90, marginal: 75 },
  scopes: [{ name: "default", controlScope: scope, experimentScope: { ...scope, scope: "canary" } }],
  ...more,
});
const judge = ({ method }: Seen): Answer =>
  method === "GET"
    ? JSON.stringify([
        { name: "other", id: "0" },
        { name: "config", id: "c1" },
      ])
    : '{"canaryExecutionId":"e1"}';

function asked(answer: (seen: Seen) => Answer, given: Partial<Given> = {}, more: Partial<Kayenta> = {}) {
  return serving(answer, async (address, seen) => {
    const told = await measured({ provider: { kayenta: kayenta(address, more) }, interval: "5m", ...given });
    return { told, seen };
  });
}

test("kayenta finds its configuration and begins a judgement", async () => {
  const { told, seen } = await asked(judge);
  deepEqual(told, { is: "running", resumeAt: now + 15_000, metadata: { canaryExecutionId: "e1" } });
  deepEqual(
    seen.map(({ method, url }) => `${method} ${url}`),
    [
      "GET /canaryConfig?application=app&configurationAccountName=storage",
      "POST /canary/c1?application=app&metricsAccountName=metrics&configurationAccountName=configuration&storageAccountName=storage",
    ],
  );
  const span = { location: "eu", step: 60, start: "2024-05-01T11:55:00Z", end: "2024-05-01T12:00:00Z" };
  deepEqual(JSON.parse(seen[1]?.body ?? ""), {
    scopes: {
      default: { controlScope: { scope: "pods", ...span }, experimentScope: { scope: "canary", ...span } },
    },
    thresholds: { pass: 90, marginal: 75 },
  });
});

const spans: readonly [
  name: string,
  given: Partial<Given>,
  more: Partial<Kayenta>,
  start: string,
  end: string,
][] = [
  [
    "looks back to the start of the run",
    { startedAt: now - 600_000 },
    { lookback: true },
    "2024-05-01T11:50:00Z",
    "2024-05-01T12:00:00Z",
  ],
  [
    "looks back to now in the first look (analysis trap 33)",
    {},
    { lookback: true },
    "2024-05-01T12:00:00Z",
    "2024-05-01T12:00:00Z",
  ],
  [
    "takes the span that is given",
    {},
    {
      scopes: [
        {
          name: "s",
          controlScope: { ...scope, start: "A", end: "B" },
          experimentScope: { ...scope, start: "A", end: "B" },
        },
      ],
    },
    "A",
    "B",
  ],
];
for (const [name, given, more, start, end] of spans) {
  test(`kayenta ${name}`, async () => {
    const { seen } = await asked(judge, given, more);
    const [{ controlScope }] = Object.values(JSON.parse(seen[1]?.body ?? "").scopes) as [
      { controlScope: Record<string, string> },
    ];
    deepEqual([controlScope["start"], controlScope["end"]], [start, end]);
  });
}

const half = { scopes: [{ name: "s", controlScope: { ...scope, start: "A" }, experimentScope: scope }] };
const errors: readonly [
  name: string,
  answer: (seen: Seen) => Answer,
  given: Partial<Given>,
  more: Partial<Kayenta>,
  message: string,
][] = [
  ["no list", () => ({ status: 404 }), {}, {}, "Invalid Response: HTTP 404"],
  ["another list", () => "[]", {}, {}, "Canary config not found"],
  [
    "no judgement",
    (seen) => (seen.method === "GET" ? judge(seen) : { status: 400 }),
    {},
    {},
    "Invalid Response",
  ],
  [
    "half a span",
    judge,
    {},
    half,
    "controlScope.start and experimentScope.start must both be set or be empty",
  ],
  ["no interval", judge, { interval: "" }, {}, 'Invalid duration "": time: invalid duration ""'],
];
for (const [name, answer, given, more, message] of errors) {
  test(`kayenta: ${name} is an error`, async () => {
    deepEqual((await asked(answer, given, more)).told, { is: "error", message });
  });
}

const judged = (score: unknown) =>
  JSON.stringify({ complete: true, result: { judgeResult: { score: { score } } } });
const looks: readonly [name: string, body: string, want: object][] = [
  ["under way", '{"complete":false}', { is: "running", resumeAt: now + 15_000 }],
  ["good", judged(90.9), { is: "verdict", phase: "Successful", text: "90" }],
  ["marginal", judged(89.9), { is: "verdict", phase: "Inconclusive", text: "89" }],
  ["bad", judged(74), { is: "verdict", phase: "Failed", text: "74" }],
  ["without completeness", "{}", { is: "error", message: "Missing Complete Status" }],
  ["without score", '{"complete":true}', { is: "error", message: "Missing Score" }],
];
for (const [name, body, want] of looks) {
  test(`kayenta: a look at a judgement: ${name}`, async () => {
    const task: Given["task"] = { do: "resume", startedAt: now, metadata: { canaryExecutionId: "e1" } };
    const { told, seen } = await asked(() => body, { task });
    deepEqual(told, want);
    equal(seen[0]?.url, "/canary/e1");
  });
}

test("kayenta: ending asks nobody (analysis trap 34)", async () => {
  const { told, seen } = await asked(() => "", { task: { do: "terminate", metadata: {} } });
  deepEqual([told, seen.length], [{ is: "verdict", phase: "Inconclusive" }, 0]);
});
