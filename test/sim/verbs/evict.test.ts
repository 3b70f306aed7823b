import { equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../../../src/reconcile/ports.ts";
import { cluster, ref } from "../builders.ts";

async function pods(client: Client, ready: readonly boolean[]): Promise<void> {
  for (const [at, isReady] of ready.entries()) {
    const name = `web-${at}`;
    const metadata = { name, namespace: "default", labels: { app: "web" } };
    await client.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      spec: { containers: [{ name: "a", image: "a" }] },
    });
    const status = { phase: "Running", conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] };
    await client.patch(ref("v1", "Pod", name), { type: "merge", body: { status }, subresource: "status" });
  }
}

async function budget(client: Client, spec: object): Promise<void> {
  await client.create({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web", namespace: "default" },
    spec: { selector: { matchLabels: { app: "web" } }, ...spec },
  });
}

const cases: readonly (readonly [string, object, readonly boolean[], boolean])[] = [
  ["one may be missing, none is", { maxUnavailable: 1 }, [true, true], true],
  ["one may be missing, one is", { maxUnavailable: 1 }, [true, false], false],
  ["half are needed, all are there", { minAvailable: "50%" }, [true, true], true],
  ["all are needed", { minAvailable: 2 }, [true, true], false],
];
for (const [name, spec, ready, allowed] of cases) {
  test(`an eviction where ${name}`, async () => {
    const client = cluster().client();
    await pods(client, ready);
    await budget(client, spec);
    const evicted = client.evict(ref("v1", "Pod", "web-0"));
    if (allowed) await evicted;
    else await rejects(evicted, { code: 429, reason: "TooManyRequests" });
    equal((await client.get(ref("v1", "Pod", "web-0"))) === undefined, allowed);
  });
}
