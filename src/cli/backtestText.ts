import { type Instant, rfc3339 } from "../api/time.ts";
import type { Backtested } from "./backtestTrials.ts";
import { table } from "./columns.ts";

/** How often a metric was measured as what, in all analyses of a template. */
export interface Tally {
  readonly metric: string;
  readonly total: number;
  readonly phases: ReadonlyMap<string, number>;
  /** The first measurement that was not good. */
  readonly firstBad: Instant | undefined;
}

/** What the measurements of each metric add up to. */
export function tallies({ metrics, trials }: Backtested): readonly Tally[] {
  const all = trials.flatMap(({ measurements }) => measurements);
  return metrics.map(({ metric: { name } }) => {
    const own = all.filter(({ metric }) => metric === name);
    const phases = new Map<string, number>();
    for (const { phase } of own) phases.set(phase, (phases.get(phase) ?? 0) + 1);
    const firstBad = own.find(({ phase }) => phase === "Failed" || phase === "Error")?.at;
    return { metric: name, total: own.length, phases, firstBad };
  });
}

/** Analyses that followed each other and said the same. */
export interface Verdict {
  readonly phase: string;
  readonly message: string;
  readonly count: number;
  readonly begin: Instant;
  /** When the first of them said so, and the last. */
  readonly first: Instant;
  readonly last: Instant;
}

/** What the analyses said, in the order of time. */
export function verdicts({ trials }: Backtested): readonly Verdict[] {
  const found: Verdict[] = [];
  for (const { phase, message, startedAt, endedAt } of trials) {
    const before = found.at(-1);
    if (before?.phase === phase && before.message === message) {
      found[found.length - 1] = { ...before, count: before.count + 1, last: endedAt };
    } else {
      found.push({ phase, message, count: 1, begin: startedAt, first: endedAt, last: endedAt });
    }
  }
  return found;
}

/** The analyses of each template with their verdicts, and what was measured. */
export function textOf(all: readonly Backtested[]): readonly string[] {
  return all.flatMap((one, index) => [...(index === 0 ? [] : [""]), ...textOfOne(one)]);
}

function textOfOne(one: Backtested): readonly string[] {
  const { name, from, to, skipped } = one;
  const said = verdicts(one).map(({ begin, first, last, count, phase, message }) => [
    ...[begin, first, last].map(rfc3339),
    String(count),
    phase,
    message,
  ]);
  const counts = tallies(one).map(({ metric, total, phases, firstBad }) => [
    metric,
    String(total),
    ...["Successful", "Failed", "Inconclusive", "Error"].map((phase) => String(phases.get(phase) ?? 0)),
    firstBad === undefined ? "-" : rfc3339(firstBad),
  ]);
  return [
    `${name} from ${rfc3339(from)} to ${rfc3339(to)}`,
    ...table(["BEGIN", "FIRST END", "LAST END", "ANALYSES", "VERDICT", "WHY"], said),
    ...table(["METRIC", "MEASURED", "GOOD", "BAD", "INCONCLUSIVE", "ERROR", "FIRST BAD"], counts),
    ...(skipped.length === 0 ? [] : [`not measured, as they ask no Prometheus: ${skipped.join(", ")}`]),
  ];
}
