import { deepEqual, equal, notEqual, rejects, throws } from "node:assert/strict";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type RequestOptions } from "node:https";
import { test } from "node:test";
import { accessOf, type Credentials } from "../../src/kube/access.ts";

interface Scene {
  readonly config: Credentials;
  options: RequestOptions;
  asked: number;
  failing: boolean;
}

function setUp(server: string, options: RequestOptions = {}): Scene {
  const cluster = { name: "c", server, skipTLSVerify: false };
  const scene: Scene = {
    options,
    asked: 0,
    failing: false,
    config: {
      getCurrentCluster: () => cluster,
      async applyToHTTPSOptions(into) {
        scene.asked += 1;
        if (scene.failing) throw new Error("the plugin failed");
        if (server.startsWith("http:") && !cluster.skipTLSVerify)
          throw new Error("HTTP protocol is not allowed");
        Object.assign(into, scene.options);
      },
    },
  };
  return scene;
}

test("access: a kubeconfig without cluster is refused", () => {
  throws(
    () => accessOf({ getCurrentCluster: () => null, applyToHTTPSOptions: async () => {} }),
    /no current cluster/,
  );
});

test("access: plain http servers are allowed", async () => {
  const { agent } = await accessOf(setUp("http://127.0.0.1:8001").config).entry();
  equal(agent instanceof HttpAgent && !(agent instanceof HttpsAgent), true);
});

test("access: the agent is kept alive and knows the certificates", async () => {
  const { config } = setUp("https://example.com", { ca: Buffer.from("ca"), servername: "kube" });
  const { agent } = await accessOf(config).entry();
  equal(agent instanceof HttpsAgent, true);
  equal((agent as HttpsAgent).options.keepAlive, true);
  equal((agent as HttpsAgent).options.servername, "kube");
  deepEqual((agent as HttpsAgent).options.ca, Buffer.from("ca"));
});

test("access: tokens are looked up again, the agent only changes with certificates", async () => {
  let now = 0;
  const scene = setUp("https://example.com", { headers: { Authorization: "Bearer 1" } });
  const access = accessOf(scene.config, () => now);
  const first = await access.entry();
  await access.entry();
  equal(scene.asked, 1);
  scene.options = { headers: { Authorization: "Bearer 2" } };
  now = 31_000;
  const second = await access.entry();
  deepEqual(second.headers, { Authorization: "Bearer 2" });
  equal(second.agent, first.agent);
  access.forget();
  await access.entry();
  equal(scene.asked, 3);
  scene.options = { cert: Buffer.from("new"), key: Buffer.from("new") };
  access.forget();
  notEqual((await access.entry()).agent, first.agent);
});

test("access: a password becomes basic authentication", async () => {
  const access = accessOf(setUp("https://example.com", { auth: "me:secret" }).config);
  deepEqual((await access.entry()).headers, {
    Authorization: `Basic ${Buffer.from("me:secret").toString("base64")}`,
  });
});

test("access: a plugin that fails is asked again", async () => {
  const scene = setUp("https://example.com");
  const access = accessOf(scene.config);
  scene.failing = true;
  await rejects(access.entry(), /the plugin failed/);
  scene.failing = false;
  await access.entry();
});

const ways: [name: string, server: string, proxyUrl: string | undefined, isDirect: boolean][] = [
  ["there is no other", "https://example.com", undefined, true],
  ["the server is plain", "http://127.0.0.1:8001", undefined, true],
  ["the kubeconfig does not name a proxy", "https://127.0.0.1:6443", "http://proxy:3128", false],
];
for (const [name, server, proxyUrl, isDirect] of ways) {
  test(`access: the direct way is taken where ${name}`, async () => {
    const { config } = setUp(server, proxyUrl === undefined ? {} : { agent: new HttpsAgent() });
    Object.assign(config.getCurrentCluster() ?? {}, { proxyUrl });
    const { wire } = await accessOf(config).entry();
    equal(wire !== undefined, isDirect);
  });
}
