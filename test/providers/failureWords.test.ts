import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { failureWords } from "../../src/providers/failureWords.ts";
import { measured } from "./server.ts";

const dialled = (more: object) =>
  Object.assign(new Error("x"), { code: "ECONNREFUSED", syscall: "connect", ...more });

const cases: readonly [name: string, error: unknown, want: string][] = [
  [
    "a refusal",
    dialled({ address: "10.0.0.1", port: 90 }),
    "dial tcp 10.0.0.1:90: connect: connection refused",
  ],
  ["IPv6", dialled({ address: "::1", port: 90 }), "dial tcp [::1]:90: connect: connection refused"],
  [
    "an error in another",
    Object.assign(new Error("y", { cause: dialled({ address: "1.2.3.4", port: 5 }) }), {
      code: "ECONNREFUSED",
    }),
    "dial tcp 1.2.3.4:5: connect: connection refused",
  ],
  [
    "several addresses",
    Object.assign(
      new AggregateError([dialled({ address: "::1", port: 1 }), dialled({ address: "127.0.0.1", port: 1 })]),
      {
        code: "ECONNREFUSED",
      },
    ),
    "dial tcp 127.0.0.1:1: connect: connection refused",
  ],
  [
    "a name that is unknown",
    dialled({ code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "nowhere.invalid" }),
    "dial tcp: lookup Nowhere.invalid: no such host",
  ],
  [
    "a name that the address does not have",
    dialled({ code: "ENOTFOUND", syscall: "getaddrinfo", hostname: "elsewhere.invalid" }),
    "dial tcp: lookup: no such host",
  ],
  ["a lost connection", Object.assign(new Error("read"), { code: "ECONNRESET" }), "connection reset by peer"],
  ["an early end", new Error("socket hang up"), "EOF"],
  ["anything else", new Error("self-signed certificate"), "self-signed certificate"],
  ["no error at all", "x", "the request failed"],
];
for (const [name, error, want] of cases) {
  test(`the words for ${name}`, () => equal(failureWords(error, "http://Nowhere.invalid/x"), want));
}

test("a server that is not there is named", async () => {
  const told = await measured({ provider: { prometheus: { address: "http://127.0.0.1:9", query: "up" } } });
  match(
    told.is === "error" ? told.message : "",
    /^Post "http:\/\/127\.0\.0\.1:9\/api\/v1\/query": dial tcp 127\.0\.0\.1:9: connect: connection refused$/,
  );
});
