import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "../../src/demo/options.ts";

const usual = {
  prometheus: undefined,
  metrics: undefined,
  metricsPort: 0,
  port: 0,
  gatewayPort: 0,
  route: true,
  keep: false,
  fast: false,
  film: undefined,
};

const cases: readonly [args: string, want: Partial<typeof usual> | Record<string, unknown>][] = [
  ["", {}],
  ["--keep --no-route --port 6443", { keep: true, route: false, port: 6443 }],
  ["--fast", { fast: true, metrics: "embedded" }],
  ["--metrics victoria-metrics", { metrics: "victoria-metrics" }],
  ["--prometheus http://p:9090/", { prometheus: "http://p:9090", metricsPort: 9464 }],
  ["--prometheus http://p:9090 --metrics-port 1", { prometheus: "http://p:9090", metricsPort: 1 }],
];
for (const [args, want] of cases) {
  test(`demo options: ${args || "none"}`, () => {
    deepEqual(readOptions(args.split(" ").filter(Boolean)), { is: "run", options: { ...usual, ...want } });
  });
}

for (const args of [
  "--port 65536",
  "--metrics graphite",
  "--prometheus localhost",
  "--fast --metrics prometheus",
  "--x",
  "more",
]) {
  test(`demo options: ${args} is refused`, () => {
    const line = readOptions(args.split(" "));
    equal(line.is === "print" && line.code === 2 && line.text.startsWith("error: "), true);
  });
}

test("demo options: --help ends well", () => {
  const line = readOptions(["--help"]);
  equal(line.is === "print" && line.code === 0 && line.text.startsWith("Usage: npm run demo -- "), true);
});
