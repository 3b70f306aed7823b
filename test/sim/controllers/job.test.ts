import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../../src/api/object.ts";
import { decideJob } from "../../../src/sim/controllers/job.ts";
import { after, podOf, workloadOf } from "./objects.ts";

const job = (spec: object, status: object = {}) => workloadOf("batch/v1", "Job", spec, status);
const ended = (name: string, phase: string): KubeObject => ({ ...podOf(name), status: { phase } });
const types = (patch: Readonly<Record<string, unknown>> | undefined) =>
  ((patch?.["conditions"] ?? []) as { type: string }[]).map(({ type }) => type);

const cases: [name: string, spec: object, pods: KubeObject[], effects: string[], conditions: string[]][] = [
  ["starts a pod", {}, [], ["create"], []],
  ["waits for its pod", {}, [podOf("a", 0)], [], []],
  ["is complete when it succeeded", {}, [ended("a", "Succeeded")], [], ["SuccessCriteriaMet", "Complete"]],
  ["tries again after a failure", { backoffLimit: 1 }, [ended("a", "Failed")], ["create"], []],
  ["fails after too many", { backoffLimit: 0 }, [ended("a", "Failed")], [], ["FailureTarget", "Failed"]],
  ["runs several at a time", { parallelism: 2, completions: 3 }, [], ["create", "create"], []],
  ["suspended, it ends its pods", { suspend: true }, [podOf("a", 0)], ["delete"], []],
];
for (const [name, spec, pods, effects, conditions] of cases) {
  test(`a Job ${name}`, () => {
    const plan = decideJob({ job: job(spec), pods, node: undefined }, after(5));
    deepEqual(
      plan.effects.map((effect) => effect.do),
      effects,
    );
    deepEqual(types(plan.status?.patch), conditions);
  });
}

test("a finished Job does nothing any more", () => {
  const complete = { conditions: [{ type: "Complete", status: "True" }] };
  const plan = decideJob({ job: job({}, complete), pods: [], node: undefined }, after(5));
  deepEqual(plan, { effects: [] });
});

test("a Job says when it started and ended", () => {
  const pods = [ended("a", "Succeeded")];
  const started = { startTime: "2024-01-01T00:00:01Z" };
  const { status } = decideJob({ job: job({}, started), pods, node: undefined }, after(5));
  equal(status?.patch?.["completionTime"], "2024-01-01T00:00:05Z");
  equal(status?.patch?.["startTime"], undefined, "it stays as it was");
});
