import { Counter, Histogram, Registry } from "prom-client";
import { apiVersion } from "../api/group.ts";
import type { KubeObject } from "../api/object.ts";
import type { RolloutDuration } from "../api/rolloutStatus.ts";
import type { Instant } from "../api/time.ts";
import { keyParts } from "../reconcile/kind.ts";
import type { CacheReader, Recorder, Witness } from "../reconcile/ports.ts";
import { analysisMetrics, type NameMatch } from "./analysisMetrics.ts";
import { type Build, processMetrics } from "./processMetrics.ts";
import { type QueueCounts, queueMetrics, queueName } from "./queueMetrics.ts";
import { rolloutMetrics } from "./rolloutMetrics.ts";

/** What the metrics are made of. */
export interface MetricsOptions {
  readonly build: Build;
  readonly matches: NameMatch;
  /**
   * Milliseconds that the series of a deleted object stay, so that they are scraped once more; 65,000 unless
   * given.
   */
  readonly linger?: number;
}

/** A request to the API server that has ended. */
export interface RequestSeen {
  readonly verb: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly status: number;
}

const perObject = ["namespace", "name"] as const;
const reconcileBuckets = [0.01, 0.15, 0.25, 0.5, 1];
/** The prefix of the metrics of a kind. */
const prefixes = new Map([
  ["rollout", "rollout"],
  ["analysisrun", "analysis_run"],
  ["experiment", "experiment"],
]);
/**
 * Kinds whose objects are named in `controller_clientset_k8s_request_total`; all of them are watched, so they
 * can be forgotten.
 */
const namedKinds = new Set(["Rollout", "AnalysisRun", "Experiment"]);

/** Ends the series of an object. */
type Forget = () => void;

/**
 * The metrics of the process (analysis 7.2): counters and histograms are kept, everything about objects is
 * read from the cache when asked for. The series of a deleted object are removed after a while, so the text
 * does not grow for ever.
 */
export class Metrics {
  readonly #options: MetricsOptions;
  readonly #registry = new Registry();
  readonly #requests: Counter;
  readonly #events: Counter;
  readonly #works: Histogram;
  readonly #waits: Histogram;
  readonly #looks = new Map<string, { readonly took: Histogram; readonly errors: Counter }>();
  readonly #durations: Readonly<Record<"total" | "progression" | "manual", Histogram>>;
  readonly #series = new Map<string, Map<string, Forget>>();
  readonly #lingering = new Set<NodeJS.Timeout>();
  #cache: CacheReader | undefined;
  #queues: () => Iterable<readonly [kind: string, counts: QueueCounts]> = () => [];

  constructor(options: MetricsOptions) {
    this.#options = options;
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: "controller_clientset_k8s_request_total",
      help: "Requests to the API server.",
      labelNames: ["kind", "namespace", "name", "verb", "status_code"],
      registers,
    });
    this.#events = new Counter({
      name: "rollout_events_total",
      help: "Events about rollouts.",
      labelNames: [...perObject, "type", "reason"],
      registers,
    });
    const queue = { labelNames: ["name"], buckets: [0.001, 0.01, 0.1, 1, 10], registers };
    const [work, wait] = ["How long a look at a key takes.", "How long a key waits for a worker."];
    this.#works = new Histogram({ name: "workqueue_work_duration_seconds", help: work, ...queue });
    this.#waits = new Histogram({ name: "workqueue_queue_duration_seconds", help: wait, ...queue });
    this.#durations = {
      total: this.#duration(
        "rollout_duration_seconds",
        "From start to end.",
        [30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800],
      ),
      progression: this.#duration(
        "rollout_progression_duration_seconds",
        "From start to end, without manual pauses.",
        [30, 60, 120, 300, 600, 900, 1800, 3600],
      ),
      manual: this.#duration(
        "rollout_manual_pause_duration_seconds",
        "In manual pauses.",
        [0, 60, 300, 600, 1800, 3600, 7200, 14400, 28800],
      ),
    };
  }

  /** Begins to show the objects and queues of a controller that has become the leader. */
  lead(cache: CacheReader, queues: () => Iterable<readonly [kind: string, counts: QueueCounts]>): void {
    this.#cache = cache;
    this.#queues = queues;
  }

  /** Counts the looks of the loops. */
  readonly witness: Witness = {
    reconciled: (kind, key, _plan, outcome, tookMillis) => {
      const { namespace, name } = keyParts(key);
      const { took, errors } = this.#looksOf(kind);
      took.observe({ namespace, name }, tookMillis / 1_000);
      this.#works.observe({ name: queueName(kind) }, tookMillis / 1_000);
      this.#remember(kind, key, "took", () => took.remove({ namespace, name }));
      const { failed } = outcome;
      if (failed !== undefined && failed.error.code !== 409 && failed.error.reason !== "Paused") {
        this.#countError(kind, key, errors);
      }
    },
    failed: (kind, key) => this.#countError(kind, key, this.#looksOf(kind).errors),
    waited: (kind, millis) => this.#waits.observe({ name: queueName(kind) }, millis / 1_000),
  };

  /** Passes events on, and counts those about Rollouts. */
  recorder(next: Recorder): Recorder {
    return {
      record: (object, note) => {
        if (object.kind === "Rollout") {
          const { namespace = "", name } = object.metadata;
          const { type, reason } = note;
          const labels = { namespace, name, type, reason };
          this.#events.inc(labels);
          this.#remember("rollout", `${namespace}/${name}`, `events ${type} ${reason}`, () =>
            this.#events.remove(labels),
          );
        }
        next.record(object, note);
      },
    };
  }

  /** Counts a request. Only objects whose deletion we hear of are named. */
  requested({ verb, kind, namespace = "", name = "", status }: RequestSeen): void {
    const isNamed = name !== "" && namedKinds.has(kind);
    const labels = {
      kind,
      namespace: isNamed ? namespace : "",
      name: isNamed ? name : "N/A",
      verb,
      status_code: String(status),
    };
    this.#requests.inc(labels);
    if (!isNamed) return;
    this.#remember(kind.toLowerCase(), `${namespace}/${name}`, `requests ${verb} ${status}`, () =>
      this.#requests.remove(labels),
    );
  }

  /**
   * Told of every change of the objects of the three kinds: ends the series of deleted ones, and measures
   * updates.
   */
  changed(kind: string, old: KubeObject | undefined, next: KubeObject | undefined): void {
    if (old !== undefined && next === undefined) this.#forgetLater(kind, old);
    if (kind === "rollout" && old !== undefined && next !== undefined)
      this.#measure(durationOf(old), durationOf(next));
  }

  /** Everything in the Prometheus text format. */
  async text(): Promise<string> {
    const cache = this.#cache;
    const now = Date.now() as Instant;
    const objects = cache ? rolloutMetrics(cache, now) + analysisMetrics(cache, this.#options.matches) : "";
    return (
      processMetrics(this.#options.build) +
      queueMetrics(this.#queues()) +
      objects +
      (await this.#registry.metrics())
    );
  }

  /** Ends the timers. */
  stop(): void {
    for (const timer of this.#lingering) clearTimeout(timer);
  }

  #looksOf(kind: string): { readonly took: Histogram; readonly errors: Counter } {
    const known = this.#looks.get(kind);
    if (known !== undefined) return known;
    const name = `${prefixes.get(kind) ?? kind}_reconcile`;
    const common = { labelNames: [...perObject], registers: [this.#registry] };
    const looks = {
      took: new Histogram({
        name,
        help: "How long a look at the object takes, in seconds.",
        buckets: reconcileBuckets,
        ...common,
      }),
      errors: new Counter({ name: `${name}_error`, help: "Looks at the object that failed.", ...common }),
    };
    this.#looks.set(kind, looks);
    return looks;
  }

  #countError(kind: string, key: string, errors: Counter): void {
    const { namespace, name } = keyParts(key);
    errors.inc({ namespace, name });
    this.#remember(kind, key, "errors", () => errors.remove({ namespace, name }));
  }

  #duration(name: string, help: string, buckets: number[]): Histogram {
    const about = `How long updates take in seconds. ${help}`;
    return new Histogram({ name, help: about, buckets, labelNames: ["status"], registers: [this.#registry] });
  }

  /** An update has ended when its status says so, or when another one begins before that. */
  #measure(old: RolloutDuration | undefined, next: RolloutDuration | undefined): void {
    if (!old?.rolloutStartedAt || old.finishedAt) return;
    if (next?.rolloutStartedAt !== old.rolloutStartedAt) this.#observe(old, Date.now(), "Superseded");
    else if (next.finishedAt)
      this.#observe(next, Date.parse(next.finishedAt), next.completionStatus || "Promoted");
  }

  #observe(
    { rolloutStartedAt, totalManualPauseDurationSeconds }: RolloutDuration,
    end: number,
    status: string,
  ): void {
    const total = Math.max(0, (end - Date.parse(rolloutStartedAt ?? "")) / 1_000);
    const manual = Math.min(total, totalManualPauseDurationSeconds ?? 0);
    this.#durations.total.observe({ status }, total);
    this.#durations.progression.observe({ status }, total - manual);
    this.#durations.manual.observe({ status }, manual);
  }

  #remember(kind: string, key: string, series: string, forget: Forget): void {
    const subject = `${kind} ${key}`;
    const known = this.#series.get(subject) ?? new Map<string, Forget>();
    if (known.size === 0) this.#series.set(subject, known);
    if (!known.has(series)) known.set(series, forget);
  }

  #forgetLater(kind: string, { kind: objectKind, metadata: { namespace = "", name } }: KubeObject): void {
    const timer = setTimeout(() => {
      this.#lingering.delete(timer);
      if (this.#cache?.get({ apiVersion, kind: objectKind, namespace, name }) !== undefined) return;
      const subject = `${kind} ${namespace}/${name}`;
      for (const forget of this.#series.get(subject)?.values() ?? []) forget();
      this.#series.delete(subject);
    }, this.#options.linger ?? 65_000);
    timer.unref();
    this.#lingering.add(timer);
  }
}

function durationOf(rollout: KubeObject): RolloutDuration | undefined {
  return (rollout["status"] as { duration?: RolloutDuration } | undefined)?.duration;
}
