import { deepEqual, equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { manifests, namespace } from "../../src/demo/manifests.ts";
import { fast } from "../../src/demo/pace.ts";

const beside = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

test("the demo plays the seed manifest", () => {
  equal(beside("../../src/demo/seed.yaml"), beside("../scenario/seed.yaml"));
});

test("the patch of the seed manifest is shown, and nothing else is changed", async () => {
  const address = "http://127.0.0.1:1";
  const { objects, shown, query } = await manifests({ pace: fast, address, routed: true });
  deepEqual(shown, [
    "pause 5m → 2s (3 times)",
    "interval 60s → 1s",
    "range [5m] → [2s] (2 times)",
    `address → ${address}`,
    "+ trafficRouting: HTTPRoute my-api of the Gateway API",
  ]);
  deepEqual(
    objects.map(({ kind, metadata }) => [kind, metadata.namespace]),
    ["HTTPRoute", "Rollout", "AnalysisTemplate", "Service", "Service"].map((kind) => [kind, namespace]),
  );
  equal(
    /^sum\(rate\(http_requests_total\{service="my-api",status!~"5\.\."\}\[2s\]\)\)\n\//.test(query),
    true,
  );
  const plain = await manifests({ pace: fast, address, routed: false });
  equal(
    plain.objects.some(({ kind }) => kind === "HTTPRoute"),
    false,
  );
  equal(JSON.stringify(plain.objects).includes("trafficRouting"), false);
});
