import { type Moment, type VersionSeen, versionAs } from "./moment.ts";
import type { Told } from "./tell.ts";
import { countText, type Line, percentText, secondsText, span, wrapped } from "./text.ts";

/** How many of the latest events are in the picture, in lines. */
const eventLines = 8;

/** How many versions are in the picture. */
const mostVersions = 4;

/** The live picture of the demo, in lines that are not wider than so many columns (60 or more look well). */
export function picture(moment: Moment, told: readonly Told[], width: number): readonly Line[] {
  return [
    rule(`my-api at ${secondsText(moment.at)}`, width),
    stepsLine(moment),
    trafficLine(moment, width),
    successLine(moment, width),
    [],
    [span(row("VERSION", "ROLE", "PODS", "REQUESTS", "FAILURES"), "dim")],
    ...moment.versions.slice(-mostVersions).map(versionLine),
    [],
    ...events(told, width),
  ];
}

/** The success rate below which the analysis of the seed manifest fails. */
export const wanted = 0.95;

function rule(title: string, width: number): Line {
  const line = "─".repeat(Math.max(width - title.length - 4, 0));
  return [span("── ", "dim"), span(title, "strong"), span(` ${line}`, "dim")];
}

/** `10 ─ ‖ ─ 30 ─ ‖ ─ 60 ─ ‖ ─ 100`: what is done is green, where it is now stands in brackets. */
function stepsLine({ steps, stepIndex, phase }: Moment): Line {
  const all = [...steps, 100].map((step) => (step === "pause" ? "‖" : String(step)));
  const spans = all.flatMap((text, index) => {
    const isNow = index === stepIndex && phase !== "Healthy" && phase !== "Degraded";
    const style = isNow ? "canary" : index < stepIndex || phase === "Healthy" ? "good" : "dim";
    return [span(index === 0 ? "" : " ", "dim"), span(isNow ? `[${text}]` : text, style)];
  });
  return [span("steps    "), ...spans, span(`   ${phase}`, phase === "Degraded" ? "bad" : "strong")];
}

function trafficLine(moment: Moment, width: number): Line {
  const { weight } = moment;
  const [stable, canary] = [versionAs(moment, "stable"), versionAs(moment, "canary")];
  const texts = [
    ...(stable === undefined ? [] : [span(` ${100 - weight} % ${stable.tag}`, "stable")]),
    ...(weight === 0 || canary === undefined ? [] : [span(` ${weight} % ${canary.tag}`, "canary")]),
  ];
  const room = width - 9 - texts.reduce((sum, { text }) => sum + text.length, 0);
  const length = Math.max(Math.min(room, 40), 0);
  const ours = Math.round((length * weight) / 100);
  return [
    span("traffic  "),
    span("█".repeat(length - ours), "stable"),
    span("▒".repeat(ours), "canary"),
    ...texts,
  ];
}

function successLine({ rates }: Moment, width: number): Line {
  const now = rates.at(-1) ?? Number.NaN;
  const text = ` ${percentText(now)}`;
  const after = ` wanted > ${percentText(wanted)}`;
  const shown = rates.slice(-Math.max(Math.min(width - 9 - text.length - after.length, 40), 1));
  const bars = shown.map((rate) => span(bar(rate), rate > wanted ? "good" : "bad"));
  return [span("success  "), ...bars, span(text, now > wanted ? "good" : "bad"), span(after, "dim")];
}

const bars = [..."▁▂▃▄▅▆▇█"];

/** The rate at the foot of the lowest bar: what is worse is not told apart. */
const lowest = 0.9;

/** One bar of the sparkline; a blank where nothing was measured. */
export function bar(rate: number): string {
  if (Number.isNaN(rate)) return " ";
  const height = (rate - lowest) / (1 - lowest);
  return bars[Math.max(0, Math.min(bars.length - 1, Math.floor(height * bars.length)))] ?? " ";
}

function versionLine({ tag, role, ready, pods, tally }: VersionSeen): Line {
  const dots = "●".repeat(ready) + "○".repeat(Math.max(pods - ready, 0));
  const { requests = 0, failures = 0 } = tally ?? {};
  const share = requests === 0 ? "" : ` (${percentText(failures / requests)})`;
  const text = row(tag, role, dots, countText(requests), `${countText(failures)}${share}`);
  const style = role === "old" ? "dim" : role;
  const [name, rest] = [text.slice(0, 12), text.slice(12)];
  return [span(name, style), span(rest, failures / requests > 1 - wanted ? "bad" : "plain")];
}

function row(tag: string, role: string, pods: string, requests: string, failures: string): string {
  const right = [requests.padStart(9), `  ${failures}`].join("");
  return `${tag.slice(0, 12).padEnd(13)}${role.padEnd(8)}${pods.padEnd(9)}${right}`;
}

function events(told: readonly Told[], width: number): readonly Line[] {
  const lines = told.flatMap(({ at, text, good }) => {
    const [first = "", ...others] = wrapped(text, width - 9);
    const style = good === undefined ? "plain" : good ? "good" : "bad";
    return [
      [span(secondsText(at).padStart(7), "dim"), span(`  ${first}`, style)],
      ...others.map((other) => [span(`${" ".repeat(9)}${other}`, style)]),
    ];
  });
  return lines.slice(-eventLines);
}
