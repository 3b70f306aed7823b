import { equal } from "node:assert/strict";
import { test } from "node:test";
import { poolOf } from "../../src/analysis/pool.ts";
import type { Metric } from "../../src/analysis/types.ts";

const cases: readonly [provider: Metric["provider"], want: string][] = [
  [{ prometheus: { address: "http://u:p@prom:9090/select/0" } }, "prometheus prom:9090"],
  [{ prometheus: {} }, "prometheus"],
  [{ web: { url: "https://example.com?x=1" } }, "web example.com"],
  [{ wavefront: { address: "w.example.com" } }, "wavefront w.example.com"],
  [{ plugin: { "a/b": { url: "http://judge/x" } } }, "plugin judge"],
  [{ plugin: { "a/b": {} } }, "plugin"],
  [{ job: { spec: {} } }, "job"],
];
for (const [provider, want] of cases) {
  test(`readings of ${JSON.stringify(provider)} share "${want}"`, () =>
    equal(poolOf({ name: "m", provider }), want));
}
