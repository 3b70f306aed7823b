import type { RunDetails } from "fast-check";
import type { Act, History } from "./history.ts";

/** The seed, the shrunk history as a timeline, and what it breaks; empty when nothing is broken. */
export function failureOf(details: RunDetails<[History]>): string {
  if (!details.failed) return "";
  const { seed, numRuns, numShrinks, counterexample, counterexamplePath, errorInstance } = details;
  const [history] = counterexample ?? [];
  const again = `npm run test:property -- --seed ${seed} --path ${counterexamplePath}`;
  return [
    `history ${numRuns} of seed ${seed}, shrunk ${numShrinks} times (again: ${again}):`,
    ...(history === undefined ? [] : timelineOf(history)),
    errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    ...(history === undefined ? [] : [JSON.stringify(history)]),
  ].join("\n");
}

/** What happens in a history, with the seconds since its first version stands. */
export function timelineOf({ setup, rates, seed, acts }: History): readonly string[] {
  let at = 0;
  const lines = acts.map(({ wait, act }) => {
    at += wait;
    return `  ${String(at).padStart(4)} s  ${textOf(act)}`;
  });
  const faults = Object.entries(rates).filter(([, rate]) => rate > 0);
  const given = Object.entries(setup).filter(([, value]) => value !== undefined);
  return [
    `  ${given.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ")}`,
    `  faults of seed ${seed}: ${faults.map(([name, rate]) => `${name} ${rate}`).join(", ") || "none"}`,
    ...lines,
    `  ${String(at).padStart(4)} s  all troubles but the faults end, and the last version goes out`,
  ];
}

function textOf(act: Act): string {
  const { is, ...more } = act.is === "action" ? { is: act.action.do, ...act.action, do: undefined } : act;
  const values = Object.values(more).filter((value) => value !== undefined);
  return [is, ...values.map((value) => (typeof value === "object" ? JSON.stringify(value) : value))].join(
    " ",
  );
}
