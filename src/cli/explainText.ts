import { formatDuration, type Instant, type Millis, rfc3339, since } from "../api/time.ts";
import type { Explanation } from "../rollout/explain.ts";

/** The head of each line is so wide. */
const width = 12;

/** An explanation for people, line by line. */
export function explainText(found: Explanation, now: Instant): readonly string[] {
  const { rollout, revision, phase, message, waits, writes, is } = found;
  const said = [phase || "not seen yet", message].filter((part) => part !== "").join(": ");
  const { since: begun, until, ends, why = [], next = [] } = waits ?? {};
  const ago = begun === undefined ? [] : [`${rfc3339(begun)} (${span(begun, now)})`];
  const end = until === undefined ? [] : [`${rfc3339(until)} (in ${span(now, until)}): ${ends ?? "it ends"}`];
  return [
    `${rollout}, revision ${revision}: ${said}`,
    ...lines("At", where(found)),
    ...lines("Waits for", waits === undefined ? [nothing[is]] : [waits.for]),
    ...lines("Since", ago),
    ...lines("Until", end),
    ...lines("Why", why),
    ...lines(
      "Does now",
      writes.map((write) => `${write.do} ${write.object}: ${write.why}`),
    ),
    ...lines("Next", next),
  ];
}

const nothing: Readonly<Record<Explanation["is"], string>> = {
  settled: "nothing: there is nothing to do",
  moving: "nothing: it goes on now",
  waiting: "nothing that is known",
  stuck: "someone to look at it",
};

function where({ step, weight }: Explanation): readonly string[] {
  const at = step === undefined ? [] : [`step ${step.index + 1}/${step.count} (${step.text})`];
  const share = weight === undefined ? [] : [`the routers send ${weight} to the new version`];
  return [...at, ...share];
}

function lines(head: string, texts: readonly string[]): readonly string[] {
  return texts.map((text, at) => `  ${(at === 0 ? head : "").padEnd(width)}${text}`);
}

/** A span in whole seconds. */
function span(from: Instant, to: Instant): string {
  return formatDuration((Math.max(0, Math.floor(since(from, to) / 1000)) * 1000) as Millis);
}
