import { equal, match, throws } from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../src/api/time.ts";
import { type HttpRequest, httpClient } from "../../src/providers/http.ts";
import { defaultOutbound, outboundOf } from "../../src/providers/outbound.ts";
import { serving } from "./server.ts";

const rules = {
  denied: ["127.0.0.0/8", "::1", "10.1.2.3"],
  allowedHosts: ["good.local", "*.svc", "127.0.0.9"],
};
const refused = /may not be asked by providers$/;

const hosts: readonly [host: string, denied: boolean][] = [
  ["127.0.0.1", true],
  ["[::1]", true],
  ["[::ffff:127.0.0.1]", true],
  ["10.1.2.3", true],
  ["10.1.2.4", false],
  ["127.0.0.9", false],
  ["localhost", false], // a name is looked up first
];
for (const [host, denied] of hosts) {
  test(`the host ${host} ${denied ? "is refused" : "is not refused by itself"}`, () => {
    equal(outboundOf(rules).refusal(host) !== undefined, denied);
  });
}

for (const network of ["x", "10.0.0.0/33", "10.0.0.0/a", "::/129"]) {
  test(`${network} is no network`, () => {
    throws(() => outboundOf({ denied: [network], allowedHosts: [] }), { name: "Problem" });
  });
}

test("by default neither link-local addresses nor the API server are asked", () => {
  const outbound = outboundOf(defaultOutbound({ KUBERNETES_SERVICE_HOST: "10.96.0.1" }));
  for (const host of ["169.254.169.254", "[fe80::1]", "10.96.0.1"])
    match(outbound.refusal(host) ?? "", refused);
  equal(outbound.refusal("10.96.0.2"), undefined);
});

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: "GET",
  url,
  timeout: seconds(5),
  reads: false,
  signal: new AbortController().signal,
  ...more,
});

/** What becomes of a request to a local server that goes by this name. */
async function outcome(
  host: string,
  allowedHosts: readonly string[],
  more: Partial<HttpRequest> = {},
): Promise<string> {
  return serving(
    () => "fine",
    async (address) => {
      const http = httpClient({ denied: ["127.0.0.0/8", "::1"], allowedHosts });
      const url = address.replace("127.0.0.1", host);
      return http(get(url, more)).then(
        ({ body }) => body,
        (error) => error.message,
      );
    },
  );
}

test("an address is refused however it is written", async () => {
  for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "localhost"])
    match(await outcome(host, []), refused);
});

test("a host that is allowed is asked, and so is a trusted one", async () => {
  equal(await outcome("127.0.0.1", ["127.0.0.1"]), "fine");
  equal(await outcome("127.0.0.1", [], { trusted: true }), "fine");
});

test("a redirect does not lead around the rules", async () => {
  const redirect = { status: 302, headers: { location: "http://10.1.2.3/" } };
  await serving(
    () => redirect,
    async (address) => {
      const http = httpClient({ denied: ["10.0.0.0/8"], allowedHosts: [] });
      const told = await http(get(address)).then(
        ({ body }) => body,
        (error) => error.message,
      );
      match(told, refused);
    },
  );
});
