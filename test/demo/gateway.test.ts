import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { openGateway, type Ways } from "../../src/demo/gateway.ts";
import { Load } from "../../src/demo/load.ts";
import { errorRate, startPodServer, versionHeader } from "../../src/demo/pod.ts";

const pods: Readonly<Record<string, readonly string[]>> = { stable: ["old"], canary: ["new"] };

test("the gateway obeys weights, or the share of pods, and says when there is no pod", async (t) => {
  const old = await startPodServer({ service: "web", tag: "v1" });
  const next = await startPodServer({ service: "web", tag: "v2-bad" });
  let weights: ReadonlyMap<string, number> | undefined = new Map([
    ["stable", 75],
    ["canary", 25],
  ]);
  let all: readonly string[] = ["old", "new"];
  const urls: Record<string, string> = { old: old.url, new: next.url, gone: "http://127.0.0.1:1" };
  const ways: Ways = {
    endpoints: {
      get weights() {
        return weights;
      },
      behind: (service) => pods[service] ?? [],
      all: () => all,
    },
    url: (pod) => urls[pod],
  };
  const gateway = await openGateway(ways, 0);
  t.after(() => Promise.all([gateway.close(), old.close(), next.close()]));
  const versions = async (count: number): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (let request = 0; request < count; request += 1) {
      const reply = await fetch(`${gateway.url}/x`);
      const version = reply.headers.get(versionHeader) ?? String(reply.status);
      await reply.arrayBuffer();
      counts[version] = (counts[version] ?? 0) + 1;
    }
    return counts;
  };

  deepEqual(await versions(20), { v1: 15, "v2-bad": 5 });
  weights = undefined;
  deepEqual(await versions(10), { v1: 5, "v2-bad": 5 });
  all = [];
  deepEqual(await versions(1), { "503": 1 });
  all = ["gone"];
  deepEqual(await versions(1), { "502": 1 });
  all = ["unknown"];
  deepEqual(await versions(1), { "503": 1 });
});

test("the load comes at its rate, and counts what users saw", async (t) => {
  const tag = "v2-bad";
  const pod = await startPodServer({ service: "web", tag });
  const load = new Load({ url: pod.url, rate: 200, users: 50, now: () => performance.now() });
  t.after(async () => {
    load.close();
    await pod.close();
  });
  load.start();
  await sleep(600);
  const seen = load.tallies.get(tag);
  const { requests = 0, failures = 0, usersHit = 0, firstFailureAt = 0, lastAnswerAt = 0 } = seen ?? {};
  equal(requests > 20 && requests < 160, true, `${requests} requests`);
  equal(Math.abs(failures - requests * errorRate(tag)) <= 2, true, `${failures} of ${requests}`);
  equal(usersHit > 5 && usersHit <= Math.min(failures, 50), true, `${usersHit} users`);
  equal(firstFailureAt < lastAnswerAt, true);
  const page = await (await fetch(`${pod.url}/metrics`)).text();
  equal(/http_requests_total\{service="web",status="500"\} \d+/.test(page), true, page);
  await pod.close();
  await sleep(200);
  equal(load.lost > 0, true);
});
