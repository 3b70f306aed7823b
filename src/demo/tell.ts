import { type Moment, versionAs } from "./moment.ts";
import { countText, percentText } from "./text.ts";

/** Something worth telling that happened. */
export interface Told {
  /** Milliseconds since the demo began. */
  readonly at: number;
  readonly text: string;
  /** Whether it is good or bad news; undefined when it is neither. */
  readonly good?: boolean;
}

/** What happened between two moments. */
export function changes(before: Moment, after: Moment): readonly Told[] {
  const { at } = after;
  return [...releaseBegun(before, after), ...weightMoved(before, after), ...ended(before, after)].map(
    (change) => ({ at, ...change }),
  );
}

type Change = Omit<Told, "at">;

function releaseBegun(before: Moment, after: Moment): readonly Change[] {
  const [stable, canary] = [versionAs(after, "stable"), versionAs(after, "canary")];
  if (stable === undefined || canary === undefined || versionAs(before, "canary")?.tag === canary.tag)
    return [];
  return [{ text: `${canary.tag} is released` }];
}

function weightMoved(before: Moment, after: Moment): readonly Change[] {
  if (before.weight === after.weight || versionAs(before, "stable") === undefined) return [];
  const stable = versionAs(after, "stable")?.tag;
  const canary = versionAs(after, "canary")?.tag;
  if (after.weight > 0) return [{ text: `${after.weight} % of the traffic goes to ${canary}` }];
  return [{ text: `all traffic goes to the stable version ${stable}` }];
}

function ended(before: Moment, after: Moment): readonly Change[] {
  const stable = versionAs(after, "stable");
  const found: Change[] = [];
  if (stable !== undefined && versionAs(before, "stable")?.tag !== stable.tag)
    found.push({ text: `${stable.tag} is the stable version`, good: true });
  if (after.phase === "Degraded" && before.phase !== "Degraded")
    found.push({ text: after.message, good: false });
  return found;
}

/** A moment in one line. */
export function statusLine(moment: Moment): string {
  const { weight, versions, rates, lost } = moment;
  const stable = versionAs(moment, "stable");
  const canary = weight > 0 ? versionAs(moment, "canary") : undefined;
  const sides = [stable === undefined ? "" : `${100 - weight} % ${stable.tag}`];
  if (canary !== undefined) sides.push(`${weight} % ${canary.tag}`);
  const sum = (of: (version: Moment["versions"][number]) => number) =>
    countText(versions.reduce((total, version) => total + of(version), 0));
  return [
    sides.join(" + "),
    `pods ${versions.map(({ ready }) => ready).join("+")}`,
    `success ${percentText(rates.at(-1) ?? Number.NaN)}`,
    `requests ${sum(({ tally }) => tally?.requests ?? 0)}`,
    `failures ${sum(({ tally }) => tally?.failures ?? 0)}`,
    ...(lost > 0 ? [`lost ${countText(lost)}`] : []),
  ].join(" | ");
}
