import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { Web } from "../../src/api/providers.ts";
import { type Answer, measured, serving } from "./server.ts";

const document = {
  a: 5,
  b: "s",
  "a.b": 7,
  n: null,
  map: { x: 1 },
  items: [{ a: 1, b: 3, n: "x" }, { a: 2.5, b: 4, n: "y" }, { b: 6 }],
  e: [],
  deep: { b: 9 },
};

const paths: readonly [path: string, value: unknown, text?: string][] = [
  ["{.a}", 5, "5"],
  ["{$.a}", 5],
  ["{$}", document],
  ["{@}", document],
  ["{}", document],
  ["", document],
  ["$.a", "$.a", '"$.a"'], // analysis trap 49
  ["x{.a}", "x"],
  ["{.items[0:2].b}", 3],
  ["{.items[-1].b}", 6],
  ["{.items}", document.items, '[{"a":1,"b":3,"n":"x"},{"a":2.5,"b":4,"n":"y"},{"b":6}]'],
  ["{.items[0,2].b}", 3],
  ["{.items[::2].b}", 3],
  ["{..b}", "s"],
  ["{['a','b']}", 5],
  ["{.a}{.b}", 5],
  ["{.a\\.b}", 7],
  ["{.n}", null, "null"],
  ["{.e}", [], "[]"],
  ["{.items[*].a}", 1],
  ["{.items[?(@.b>=4.0)].b}", 4],
  ["{.items[?(@.a)].b}", 3],
  ["{range .items[*]}{.b}{end}", 3],
  ['{"lit"}', "lit"],
];
for (const [jsonPath, value, text] of paths) {
  test(`web finds ${jsonPath}`, async () => {
    await serving(
      () => JSON.stringify(document),
      async (address) => {
        const told = await measured({ provider: { web: { url: address, jsonPath } } });
        deepEqual(told.is === "value" && told.value, value);
        if (text !== undefined) equal(told.is === "value" && told.text, text);
      },
    );
  });
}

const missing: readonly [path: string, message: string][] = [
  ["{['a.b']}", "Could not find JSONPath in body: b is not found"],
  ["{.e[*]}", "result of web metric produced no value"],
  ["{.e[0]}", "Could not find JSONPath in body: array index out of bounds: index 0, length 0"],
  ["{.items[5]}", "Could not find JSONPath in body: array index out of bounds: index 5, length 3"],
  ["{.zz}", "Could not find JSONPath in body: zz is not found"],
  ["{.items[2].a}", "Could not find JSONPath in body: a is not found"],
  ["{.items[?(@.b>=4)].b}", "Could not find JSONPath in body: incompatible types for comparison"],
  ['{.items[?(@.n=="x")].b}', "Could not find JSONPath in body: n is not found"], // analysis trap 50
  ["{a}", "Could not find JSONPath in body: unrecognized identifier a"],
  ["{.a", "unclosed action"],
  ["{.items[a]}", "invalid array index a"],
  ["{$.items[0].b}{$.zz}", "Could not find JSONPath in body: zz is not found"],
];
for (const [jsonPath, message] of missing) {
  test(`web does not find ${jsonPath}`, async () => {
    await serving(
      () => JSON.stringify(document),
      async (address) => {
        deepEqual(await measured({ provider: { web: { url: address, jsonPath } } }), {
          is: "error",
          message,
        });
      },
    );
  });
}

const bodies: readonly [body: string, value: unknown, text: string][] = [
  ["ok, no JSON", "ok, no JSON", "ok, no JSON"],
  ["", "", ""],
  ["null", null, "null"], // analysis trap 33
  ["12345678901234567890", 12345678901234567000, "12345678901234567000"], // analysis trap 9
  [
    '{"b":"<&>","a":{"d":1,"c":2}}',
    { b: "<&>", a: { d: 1, c: 2 } },
    '{"a":{"c":2,"d":1},"b":"\\u003c\\u0026\\u003e"}',
  ],
  ["[1, 2.50]", [1, 2.5], "[1,2.5]"],
];
for (const [body, value, text] of bodies) {
  test(`web reads ${JSON.stringify(body)}`, async () => {
    await serving(
      () => body,
      async (address) => {
        deepEqual(await measured({ provider: { web: { url: address } } }), { is: "value", value, text });
      },
    );
  });
}

const errors: readonly [name: string, spec: Partial<Web>, answer: Answer, message: RegExp][] = [
  ["a server error", {}, { status: 500 }, /^received non 2xx response code: 500$/],
  [
    "a redirect without end",
    {},
    { status: 302, headers: { location: "/" } },
    /^Get ".*": stopped after 10 redirects$/,
  ],
  ["a reset", {}, "reset", /^Get "http:\/\/127.*": connection reset by peer$/],
  ["silence", { timeoutSeconds: 1 }, "hang", /^Get ".*": context deadline exceeded$/],
  ["a body without end", {}, { body: "x".repeat(17 * 1024 * 1024) }, /larger than 16 MiB$/],
  [
    "two bodies",
    { method: "POST", body: "a", jsonBody: {} },
    "",
    /^use either Body or JSONBody; both cannot exists/,
  ],
  [
    "a body with GET",
    { body: "a" },
    "",
    /^Body\/JSONBody can only be used with POST or PUT WebMetric Method types$/,
  ],
  [
    "half of OAuth2",
    { authentication: { oauth2: { tokenUrl: "http://x" } } },
    "",
    /^missing mandatory parameter/,
  ],
  [
    "another scheme",
    { url: "file:///etc/passwd" },
    "",
    /^Get "file:\/\/\/etc\/passwd": unsupported protocol scheme/,
  ],
];
for (const [name, spec, answer, message] of errors) {
  test(`web: ${name} is an error`, async () => {
    await serving(
      () => answer,
      async (address) => {
        const told = await measured({ provider: { web: { url: address, ...spec } } });
        match(told.is === "error" ? told.message : JSON.stringify(told), message);
      },
    );
  });
}

test("web sends method, headers and body", async () => {
  await serving(
    () => "1",
    async (address, seen) => {
      const headers = [
        { key: "X-A", value: "1" },
        { key: "Host", value: "elsewhere" },
        { key: "Content-Type", value: "text/plain" },
      ];
      const url = `${address}/p?q=1`;
      await measured({ provider: { web: { url, method: "PUT", headers, body: "text" } } });
      await measured({ provider: { web: { url, method: "POST", headers, jsonBody: { b: "<", a: [1] } } } });
      await measured({ provider: { web: { url } } });
      deepEqual(
        seen.map(({ method, body }) => [method, body]),
        [
          ["PUT", "text"],
          ["POST", '{"a":[1],"b":"\\u003c"}'],
          ["GET", ""],
        ],
      );
      deepEqual(
        seen.map((one) => one.headers["content-type"]),
        ["text/plain", "application/json", undefined],
      );
      equal(seen[0]?.url, "/p?q=1");
      equal(seen[0]?.headers["x-a"], "1");
      equal(seen[0]?.headers.host, new URL(address).host);
    },
  );
});

test("web follows redirects, with GET after a POST", async () => {
  await serving(
    ({ url }) => (url === "/" ? { status: 302, headers: { location: "/there" } } : "7"),
    async (address, seen) => {
      const told = await measured({ provider: { web: { url: address, method: "POST", body: "x" } } });
      deepEqual(told, { is: "value", value: 7, text: "7" });
      equal(seen[1]?.method, "GET");
    },
  );
});

test("web logs in with a token and with nothing else", async () => {
  await serving(
    ({ url }) => (url === "/token" ? '{"access_token":"T"}' : "1"),
    async (address, seen) => {
      const oauth2 = { tokenUrl: `${address}/token`, clientId: "i", clientSecret: "s" };
      await measured({ provider: { web: { url: address, authentication: { oauth2 } } } });
      await measured({
        provider: { web: { url: address, authentication: { basicAuth: { username: "u", password: "p" } } } },
      });
      deepEqual(
        seen.slice(1).map((one) => one.headers.authorization),
        ["Bearer T", undefined],
      );
    },
  );
});
