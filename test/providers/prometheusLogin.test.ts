import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { Prometheus } from "../../src/api/providers.ts";
import { type Answer, measured, question, type Seen, serving, success } from "./server.ts";

const basicAuth = { username: "user", password: "pass:ä" };
const encoded = Buffer.from("user:pass:ä").toString("base64");
const authorizations: readonly [name: string, spec: Prometheus, want: string | undefined][] = [
  ["nothing", {}, undefined],
  ["basic credentials", { authentication: { basicAuth } }, `Basic ${encoded}`],
  [
    "a header, which beats all",
    { authentication: { basicAuth }, headers: [{ key: "authorization", value: "Mine" }] },
    "Mine",
  ],
];
for (const [name, spec, want] of authorizations) {
  test(`prometheus logs in with ${name}`, async () => {
    const [seen] = await question({ query: "up", headers: [{ key: "X-Scope-OrgID", value: "t" }], ...spec });
    equal(seen?.headers.authorization, want);
    if (spec.headers === undefined) equal(seen?.headers["x-scope-orgid"], "t");
  });
}

test("prometheus logs in with user and password of the address", async () => {
  await serving(
    () => success("scalar", [1, "1"]),
    async (address, seen) => {
      await measured({
        provider: { prometheus: { address: address.replace("//", "//u:p%40@"), query: "up" } },
      });
      equal(seen[0]?.headers.authorization, `Basic ${Buffer.from("u:p@").toString("base64")}`);
    },
  );
});

const token = (reply: object) => (seen: Seen) =>
  seen.url === "/token" ? JSON.stringify(reply) : success("scalar", [1, "1"]);
test("prometheus logs in with a token, asked for with basic credentials", async () => {
  const oauth2 = { clientId: "id/1", clientSecret: "s ä", scopes: ["a", "b"] };
  await serving(token({ access_token: "T", token_type: "bearer" }), async (address, seen) => {
    const authentication = { oauth2: { ...oauth2, tokenUrl: `${address}/token` }, basicAuth };
    const headers = [{ key: "X-Extra", value: "1" }];
    await measured({ provider: { prometheus: { address, query: "up", authentication, headers } } });
    equal(seen[0]?.method, "POST");
    equal(seen[0]?.body, "grant_type=client_credentials&scope=a+b");
    equal(seen[0]?.headers.authorization, `Basic ${Buffer.from("id%2F1:s+%C3%A4").toString("base64")}`);
    equal(seen[0]?.headers["x-extra"], "1");
    equal(seen[1]?.headers.authorization, "Bearer T");
  });
});

test("prometheus asks for a token with form fields where basic credentials are refused", async () => {
  const refusing = (seen: Seen): Answer => {
    if (seen.url === "/token" && seen.headers.authorization !== undefined) return { status: 401, body: "no" };
    return token({ access_token: "T" })(seen);
  };
  await serving(refusing, async (address, seen) => {
    const oauth2 = { clientId: "id", clientSecret: "s", tokenUrl: `${address}/token` };
    await measured({ provider: { prometheus: { address, query: "up", authentication: { oauth2 } } } });
    equal(seen[1]?.body, "client_id=id&client_secret=s&grant_type=client_credentials");
    equal(seen[2]?.headers.authorization, "Bearer T");
  });
});

const tokenErrors: readonly [name: string, answer: Answer, message: RegExp][] = [
  [
    "refused twice",
    { status: 401, body: "no" },
    /^oauth2: cannot fetch token: 401 Unauthorized\nResponse: no$/,
  ],
  ["no token", "{}", /^oauth2: server response missing access_token$/],
  ["no JSON", "x", /^oauth2: cannot parse json/],
];
for (const [name, answer, message] of tokenErrors) {
  test(`prometheus: a token server that says ${name} is an error`, async () => {
    await serving(
      () => answer,
      async (address) => {
        const oauth2 = { clientId: "id", clientSecret: "s", tokenUrl: `${address}/token` };
        const told = await measured({
          provider: { prometheus: { address, query: "up", authentication: { oauth2 } } },
        });
        match(told.is === "error" ? told.message : "", message);
      },
    );
  });
}

test("prometheus of Amazon gets a signature", async () => {
  await serving(
    () => success("scalar", [1, "1"]),
    async (address, seen) => {
      const variables = {
        AWS_ACCESS_KEY_ID: "AKID",
        AWS_SECRET_ACCESS_KEY: "SECRET",
        AWS_SESSION_TOKEN: "TOKEN",
      };
      const spec = {
        address: `${address}/aps-workspaces/ws`,
        query: "up",
        authentication: { sigv4: { region: "eu-west-1" } },
      };
      equal((await measured({ provider: { prometheus: spec }, variables })).is, "value");
      match(
        seen[0]?.headers.authorization ?? "",
        /^AWS4-HMAC-SHA256 Credential=AKID\/20240501\/eu-west-1\/aps\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      );
      equal(seen[0]?.headers["x-amz-security-token"], "TOKEN");
    },
  );
});
