import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { rolloutPhase } from "../../src/telemetry/rolloutMetrics.ts";

const group = "argoproj.io/v1alpha1";
const requests = "controller_clientset_k8s_request_total";
const metricPhase = 'analysis_run_metric_phase{name="run",namespace="ns"';

const counts = {
  ready: 1,
  working: 2,
  delayed: 3,
  readings: 4,
  added: 5,
  retried: 6,
  unfinished: 7.5,
  longest: 8,
};

function setUp(
  t: TestContext,
  ...objects: KubeObject[]
): { metrics: Metrics; cache: Cache; lines: (start: string) => Promise<string[]> } {
  const metrics = new Metrics({
    build: { version: "1", commit: "c" },
    matches: (rule, name) => rule === name,
    linger: 5,
  });
  const cache = new Cache();
  for (const object of objects) cache.apply({ type: "added", object });
  metrics.lead(cache, () => [["rollout", counts]]);
  t.after(() => metrics.stop());
  const lines = async (start: string): Promise<string[]> =>
    (await metrics.text()).split("\n").filter((line) => line.startsWith(start));
  return { metrics, cache, lines };
}

const rollout = (spec: object, status: object = {}): KubeObject => ({
  apiVersion: group,
  kind: "Rollout",
  metadata: { namespace: "ns", name: "web", resourceVersion: "1" },
  spec,
  status,
});

const phases: [name: string, conditions: [type: string, reason: string][], want: string][] = [
  ["nothing known", [], "Progressing"],
  ["done", [["Progressing", "NewReplicaSetAvailable"]], "Completed"],
  ["paused", [["Progressing", "RolloutPaused"]], "Paused"],
  ["late", [["Progressing", "ProgressDeadlineExceeded"]], "Timeout"],
  ["aborted", [["Progressing", "RolloutAborted"]], "Abort"],
  ["no ReplicaSet", [["Progressing", "ReplicaSetCreateError"]], "Error"],
  ["under way", [["Progressing", "ReplicaSetUpdated"]], "Progressing"],
  [
    "invalid",
    [
      ["Progressing", "NewReplicaSetAvailable"],
      ["InvalidSpec", "InvalidSpec"],
    ],
    "InvalidSpec",
  ],
];
for (const [name, conditions, want] of phases) {
  test(`metrics: the phase of a rollout: ${name}`, () => {
    equal(
      rolloutPhase(conditions.map(([type, reason]) => ({ type, reason, status: "True" }) as never)),
      want,
    );
  });
}

test("metrics: the gauges of a rollout come from the cache", async (t) => {
  const spec = { replicas: 5, strategy: { canary: { trafficRouting: { istio: {}, nginx: {} } } } };
  const { lines } = setUp(t, rollout(spec, { replicas: 5, availableReplicas: 4, updatedReplicas: 2 }));
  deepEqual(await lines("rollout_info"), [
    'rollout_info{name="web",namespace="ns",strategy="canary",traffic_router="Nginx",phase="Progressing"} 1',
    'rollout_info_replicas_available{name="web",namespace="ns"} 4',
    'rollout_info_replicas_unavailable{name="web",namespace="ns"} 1',
    'rollout_info_replicas_desired{name="web",namespace="ns"} 5',
    'rollout_info_replicas_updated{name="web",namespace="ns"} 2',
  ]);
  equal((await lines("rollout_phase{")).length, 6);
  deepEqual(
    (await lines("rollout_phase{")).filter((line) => line.endsWith(" 1")),
    ['rollout_phase{name="web",namespace="ns",strategy="canary",phase="Progressing"} 1'],
  );
});

test("metrics: objects that are hardly filled in do not break the page", async (t) => {
  const bare = (kind: string): KubeObject => ({
    apiVersion: group,
    kind,
    metadata: { namespace: "ns", name: 'a"b\\c' },
  });
  const { lines } = setUp(
    t,
    ...["Rollout", "AnalysisRun", "Experiment", "AnalysisTemplate", "ClusterAnalysisTemplate"].map(bare),
  );
  deepEqual(await lines("rollout_info{"), [
    'rollout_info{name="a\\"b\\\\c",namespace="ns",strategy="none",traffic_router="",phase="Progressing"} 1',
  ]);
  equal((await lines("analysis_template_info")).length, 2);
  deepEqual(await lines("experiment_info{"), [
    'experiment_info{name="a\\"b\\\\c",namespace="ns",phase=""} 1',
  ]);
});

test("metrics: the gauges of an analysis run", async (t) => {
  const run: KubeObject = {
    apiVersion: group,
    kind: "AnalysisRun",
    metadata: { namespace: "ns", name: "run" },
    spec: {
      metrics: [
        { name: "rate", provider: { prometheus: {} } },
        { name: "dry", provider: { web: {} } },
      ],
      dryRun: [{ metricName: "dry" }],
    },
    status: { phase: "Running", metricResults: [{ name: "rate", phase: "Failed" }] },
  };
  const { lines } = setUp(t, run);
  deepEqual(await lines("analysis_run_metric_type{"), [
    'analysis_run_metric_type{name="run",namespace="ns",metric="rate",type="Prometheus"} 1',
    'analysis_run_metric_type{name="run",namespace="ns",metric="dry",type="Web"} 1',
  ]);
  deepEqual(
    (await lines("analysis_run_metric_phase{")).filter((line) => line.endsWith(" 1")),
    [
      `${metricPhase},metric="rate",type="Prometheus",dry_run="false",phase="Failed"} 1`,
      `${metricPhase},metric="dry",type="Web",dry_run="true",phase="Pending"} 1`,
    ],
  );
});

test("metrics: looks, errors, events and requests are counted, conflicts are no errors", async (t) => {
  const { metrics, lines } = setUp(t);
  const failed = (code: number): object => ({
    done: [],
    failed: { effect: "status", error: new ApiError(code, "x", "x") },
  });
  metrics.witness.reconciled("rollout", "ns/web", { effects: [] }, { done: [] }, 100);
  metrics.witness.reconciled("rollout", "ns/web", { effects: [] }, failed(409) as never, 1);
  metrics.witness.reconciled("rollout", "ns/web", { effects: [] }, failed(500) as never, 1);
  metrics.witness.failed("rollout", "ns/web", new Error("x"));
  metrics.recorder({ record: () => {} }).record(rollout({}), { type: "Normal", reason: "R", message: "m" });
  metrics.requested({ verb: "Patch", kind: "Rollout", namespace: "ns", name: "web", status: 200 });
  metrics.requested({ verb: "Get", kind: "Lease", namespace: "ns", name: "lock", status: 200 });
  deepEqual(await lines("rollout_reconcile_count"), ['rollout_reconcile_count{namespace="ns",name="web"} 3']);
  deepEqual(await lines("rollout_reconcile_error{"), [
    'rollout_reconcile_error{namespace="ns",name="web"} 2',
  ]);
  deepEqual(await lines("rollout_events_total{"), [
    'rollout_events_total{namespace="ns",name="web",type="Normal",reason="R"} 1',
  ]);
  deepEqual(await lines("controller_clientset_k8s_request_total{"), [
    `${requests}{kind="Rollout",namespace="ns",name="web",verb="Patch",status_code="200"} 1`,
    `${requests}{kind="Lease",namespace="",name="N/A",verb="Get",status_code="200"} 1`,
  ]);
  metrics.witness.waited?.("rollout", 20);
  deepEqual(
    (await lines("workqueue_")).filter((line) => !/duration/.test(line)),
    [
      'workqueue_depth{name="Rollouts"} 1',
      'workqueue_adds_total{name="Rollouts"} 5',
      'workqueue_retries_total{name="Rollouts"} 6',
      'workqueue_unfinished_work_seconds{name="Rollouts"} 7.5',
      'workqueue_longest_running_processor_seconds{name="Rollouts"} 8',
      'workqueue_working{name="Rollouts"} 2',
      'workqueue_delayed{name="Rollouts"} 3',
    ],
  );
  deepEqual(await lines("workqueue_queue_duration_seconds_sum"), [
    'workqueue_queue_duration_seconds_sum{name="Rollouts"} 0.02',
  ]);
});

test("metrics: the series of a deleted object go, those of one that came back stay", async (t) => {
  const { metrics, cache, lines } = setUp(t);
  const fill = (): void => {
    metrics.witness.reconciled("rollout", "ns/web", { effects: [] }, { done: [] }, 100);
    metrics.witness.failed("rollout", "ns/web", new Error("x"));
    metrics.recorder({ record: () => {} }).record(rollout({}), { type: "Normal", reason: "R", message: "m" });
    metrics.requested({ verb: "Patch", kind: "Rollout", namespace: "ns", name: "web", status: 200 });
  };
  const count = async (): Promise<number> =>
    (await metrics.text()).split("\n").filter((line) => line.includes('"web"')).length;
  fill();
  ok((await count()) > 5);
  metrics.changed("rollout", rollout({}), undefined);
  ok((await count()) > 5, "they are scraped once more");
  await new Promise((resolve) => setTimeout(resolve, 20));
  equal(await count(), 0);
  equal((await lines("workqueue_work_duration_seconds_count")).length, 1);

  fill();
  metrics.changed("rollout", rollout({}), undefined);
  cache.apply({ type: "added", object: rollout({}) });
  await new Promise((resolve) => setTimeout(resolve, 20));
  ok((await lines("rollout_reconcile_count")).length === 1);
});

const start = "2024-05-01T12:00:00Z";
const durations: [name: string, old: object, next: object, want: string | undefined][] = [
  [
    "ends",
    { rolloutStartedAt: start },
    {
      rolloutStartedAt: start,
      finishedAt: "2024-05-01T12:01:40Z",
      completionStatus: "Promoted",
      totalManualPauseDurationSeconds: 30,
    },
    "Promoted",
  ],
  [
    "is aborted",
    { rolloutStartedAt: start },
    {
      rolloutStartedAt: start,
      finishedAt: "2024-05-01T12:01:40Z",
      completionStatus: "Aborted",
      totalManualPauseDurationSeconds: 30,
    },
    "Aborted",
  ],
  [
    "goes on",
    { rolloutStartedAt: start },
    { rolloutStartedAt: start, manualPauseStartedAt: start },
    undefined,
  ],
  [
    "had ended before",
    { rolloutStartedAt: start, finishedAt: start },
    { rolloutStartedAt: start, finishedAt: start },
    undefined,
  ],
];
for (const [name, old, next, status] of durations) {
  test(`metrics: an update that ${name}`, async (t) => {
    const { metrics, lines } = setUp(t);
    metrics.changed("rollout", rollout({}, { duration: old }), rollout({}, { duration: next }));
    const sums = [
      ...(await lines("rollout_duration_seconds_sum")),
      ...(await lines("rollout_progression_duration_seconds_sum")),
    ];
    deepEqual(
      sums,
      status === undefined
        ? []
        : [
            `rollout_duration_seconds_sum{status="${status}"} 100`,
            `rollout_progression_duration_seconds_sum{status="${status}"} 70`,
          ],
    );
  });
}

test("metrics: an update that another one replaces is superseded", async (t) => {
  const { metrics, lines } = setUp(t);
  const next = { rolloutStartedAt: "2024-05-01T12:05:00Z" };
  metrics.changed(
    "rollout",
    rollout({}, { duration: { rolloutStartedAt: start } }),
    rollout({}, { duration: next }),
  );
  deepEqual(await lines("rollout_duration_seconds_count"), [
    'rollout_duration_seconds_count{status="Superseded"} 1',
  ]);
});

test("metrics: a rollout that is stuck", async (t) => {
  const progressing = { type: "Progressing", lastUpdateTime: new Date(Date.now() - 300_000).toISOString() };
  const status = { currentPodHash: "new", stableRS: "old", conditions: [progressing] };
  const { lines } = setUp(t, rollout({ strategy: { canary: {} } }, status));
  const [line = ""] = await lines("lotse_rollout_stuck_seconds");
  match(line, /^lotse_rollout_stuck_seconds\{namespace="ns",name="web"\} 30\d$/);
});
