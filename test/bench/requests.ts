/** Requests of one sort that an API server has answered. */
export interface Answered {
  /** As the API server counts them: `POST`, `PUT`, `PATCH`, `APPLY`, `DELETE` and so on. */
  readonly verb: string;
  /** The plural, with the subresource after a slash: `rollouts/status`. */
  readonly resource: string;
  readonly code: string;
  readonly dryRun: boolean;
  readonly count: number;
}

/** Writes by what they are (`PATCH rollouts/status`); those that were refused and dry runs apart. */
export interface Writes {
  readonly total: number;
  readonly bySort: Readonly<Record<string, number>>;
  readonly refused: number;
  readonly dryRuns: number;
}

const counter = "apiserver_request_total{";
const writing = new Set(["POST", "PUT", "PATCH", "APPLY", "DELETE"]);

/**
 * What a progressive-delivery controller writes. Left out are events, leases and what the controllers of
 * Kubernetes write: pods, endpoints and the status of ReplicaSets.
 */
const resources = new Set([
  "rollouts",
  "rollouts/status",
  "rollouts/scale",
  "replicasets",
  "replicasets/scale",
  "analysisruns",
  "analysisruns/status",
  "experiments",
  "experiments/status",
  "services",
  "ingresses",
]);

/** Reads the metric `apiserver_request_total` from the metrics of an API server. */
export function answeredIn(exposition: string): readonly Answered[] {
  return exposition
    .split("\n")
    .filter((line) => line.startsWith(counter))
    .map((line) => {
      const end = line.lastIndexOf("}");
      const labels = new Map(
        [...line.slice(counter.length, end).matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [
          name,
          value,
        ]),
      );
      const label = (name: string): string => labels.get(name) ?? "";
      return {
        verb: label("verb"),
        resource:
          label("subresource") === "" ? label("resource") : `${label("resource")}/${label("subresource")}`,
        code: label("code"),
        dryRun: label("dry_run") !== "",
        count: Number(line.slice(end + 1)),
      };
    });
}

/** The writes of the controllers between two readings, less those that the bench itself has sent. */
export function writesBetween(
  before: readonly Answered[],
  after: readonly Answered[],
  own: ReadonlyMap<string, number> = new Map(),
): Writes {
  const bySort = new Map<string, number>([...own].map(([sort, count]) => [sort, -count]));
  let refused = 0;
  let dryRuns = 0;
  const changes = [...after, ...before.map((answers) => ({ ...answers, count: -answers.count }))];
  for (const { verb, resource, code, dryRun, count } of changes) {
    const sort = `${verb} ${resource}`;
    if (!writing.has(verb) || !resources.has(resource)) continue;
    if (dryRun) dryRuns += count;
    else if (code.startsWith("2")) bySort.set(sort, (bySort.get(sort) ?? 0) + count);
    else refused += count;
  }
  const kept = [...bySort].filter(([, count]) => count !== 0);
  const total = kept.reduce((sum, [, count]) => sum + count, 0);
  return { total, bySort: Object.fromEntries(kept), refused, dryRuns };
}
