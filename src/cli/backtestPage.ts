import { type Instant, rfc3339 } from "../api/time.ts";
import type { Trial, TrialMeasurement } from "../sim/backtest.ts";
import type { Series } from "../sim/samples.ts";
import { tallies, verdicts } from "./backtestText.ts";
import type { Backtested, TriedMetric } from "./backtestTrials.ts";

/** The size of a chart, and of the room around it for numbers, in pixels of the page. */
const chart = { width: 960, height: 220, left: 70, right: 10, top: 14, bottom: 24 };

/** The most points of a line; longer series are thinned out. */
const mostPoints = 2000;

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: .5rem 0 1.5rem; }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; }
svg { width: 100%; height: auto; }
svg text { font-size: 11px; fill: currentColor; }
.axis { stroke: currentColor; stroke-opacity: .25; }
.line { fill: none; stroke: #3b7dd8; stroke-width: 1.5; }
.Successful { fill: #2e9d57; color: #2e9d57; stroke: #2e9d57; }
.Failed, .Error { fill: #d64545; color: #d64545; stroke: #d64545; }
.Inconclusive { fill: #c98a1b; color: #c98a1b; stroke: #c98a1b; }
.Running { fill: gray; color: gray; stroke: gray; }
td[class] { font-weight: 600; }
.verdict { stroke-width: 1.5; stroke-dasharray: 5 3; }
`;

/** One page with everything in it: a chart for each metric, in which the verdicts are marked. */
export function pageOf(all: readonly Backtested[]): string {
  const title = `Backtest of ${all.map(({ name }) => name).join(", ")}`;
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>`,
    `<style>${style}</style></head>`,
    `<body><h1>${escaped(title)}</h1>`,
    ...all.map(sectionOf),
    "</body></html>",
  ].join("\n");
}

const heads = ["Begin", "First end", "Last end", "Analyses", "Verdict", "Why"];

function sectionOf(one: Backtested): string {
  const { name, from, to, skipped, metrics } = one;
  const rows = verdicts(one).map(
    ({ begin, first, last, count, phase, message }) =>
      `<tr>${[begin, first, last].map((at) => `<td>${rfc3339(at)}</td>`).join("")}<td>${count}</td>` +
      `<td class="${escaped(phase)}">${escaped(phase)}</td><td>${escaped(message)}</td></tr>`,
  );
  const firstBad = new Map(tallies(one).map(({ metric, firstBad: at }) => [metric, at]));
  return [
    `<section><h2>${escaped(name)}</h2><p>${rfc3339(from)} to ${rfc3339(to)}</p>`,
    `<table><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr>`,
    ...rows,
    "</table>",
    ...metrics.map((each) => figureOf(each, one, firstBad.get(each.metric.name))),
    skipped.length === 0 ? "" : `<p>Not measured: ${escaped(skipped.join(", "))}</p>`,
    "</section>",
  ].join("\n");
}

function figureOf({ metric, samples }: TriedMetric, one: Backtested, firstBad: Instant | undefined): string {
  const own = one.trials
    .flatMap(({ measurements }) => measurements)
    .filter((each) => each.metric === metric.name);
  const conditions = [metric.successCondition, metric.failureCondition].filter((text) => text !== undefined);
  const said = firstBad === undefined ? "never bad" : `first bad at ${rfc3339(firstBad)}`;
  return [
    `<figure><figcaption><b>${escaped(metric.name)}</b> ${said}`,
    `<br><code>${escaped(conditions.join(" | "))}</code></figcaption>`,
    svgOf(samples?.series ?? [measuredSeries(own)], own, one),
    "</figure>",
  ].join("\n");
}

/** Where nothing but the measurements is known, they are the line: their first number each. */
function measuredSeries(own: readonly TrialMeasurement[]): Series {
  const points = own.map(({ at, value }) => [at, Number(/-?[\d.]+/.exec(value)?.[0] ?? Number.NaN)] as const);
  return { label: "", points };
}

/** From times and values to places in the chart. */
interface Scale {
  x(at: number): string;
  y(value: number): string;
  readonly low: number;
  readonly high: number;
}

function scaleOf(series: readonly Series[], { from, to }: Backtested): Scale {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { points } of series) {
    for (const [, value] of points) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - 1, high + 1];
  const { width, height, left, right, top, bottom } = chart;
  const wide = (width - left - right) / (to - from);
  const tall = (height - top - bottom) / (high - low);
  return {
    low,
    high,
    x: (at) => (left + (at - from) * wide).toFixed(1),
    y: (value) => (height - bottom - (Math.min(high, Math.max(low, value)) - low) * tall).toFixed(1),
  };
}

function svgOf(series: readonly Series[], own: readonly TrialMeasurement[], one: Backtested): string {
  const scale = scaleOf(series, one);
  const { width, height, left, right, bottom } = chart;
  const levels = [scale.low, (scale.low + scale.high) / 2, scale.high].map((value) => {
    const y = scale.y(value);
    const text = `<text x="4" y="${y}">${Number(value.toPrecision(4))}</text>`;
    return `<line class="axis" x1="${left}" x2="${width - right}" y1="${y}" y2="${y}"/>${text}`;
  });
  const times = [one.from, one.to].map(
    (at, index) =>
      `<text x="${scale.x(at)}" y="${height - 6}" text-anchor="${index === 0 ? "start" : "end"}">` +
      `${rfc3339(at)}</text>`,
  );
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img">`,
    ...levels,
    ...times,
    ...one.trials.map((trial) => verdictLine(trial, scale, height - bottom)),
    ...series.map((each) => lineOf(each, scale)),
    ...marked(own).map((each) => markOf(each, scale, height - bottom)),
    "</svg>",
  ].join("\n");
}

function verdictLine({ endedAt, phase, message }: Trial, { x }: Scale, bottom: number): string {
  if (phase === "Running") return "";
  return (
    `<line class="verdict ${escaped(phase)}" x1="${x(endedAt)}" x2="${x(endedAt)}" y1="0" y2="${bottom}">` +
    `<title>${escaped(`${rfc3339(endedAt)} ${phase} ${message}`)}</title></line>`
  );
}

/** A line with a gap wherever a value is none. */
function lineOf({ label, points }: Series, { x, y }: Scale): string {
  let isOpen = false;
  const path = thinned(points).map(([at, value]) => {
    const command = isOpen ? "L" : "M";
    isOpen = Number.isFinite(value);
    return isOpen ? `${command}${x(at)} ${y(value)}` : "";
  });
  return `<path class="line" d="${path.join("")}"><title>${escaped(label)}</title></path>`;
}

function markOf({ at, phase, value, message }: TrialMeasurement, { x }: Scale, bottom: number): string {
  return (
    `<circle class="${escaped(phase)}" cx="${x(at)}" cy="${bottom}" r="2.5">` +
    `<title>${escaped(`${rfc3339(at)} ${phase} ${value} ${message}`)}</title></circle>`
  );
}

/** All that are not good, and as many good ones as can be told apart. */
function marked(own: readonly TrialMeasurement[]): readonly TrialMeasurement[] {
  const isGood = ({ phase }: TrialMeasurement): boolean => phase === "Successful";
  return [...thinned(own.filter(isGood)), ...own.filter((each) => !isGood(each))];
}

function thinned<Item>(all: readonly Item[]): readonly Item[] {
  const every = Math.ceil(all.length / mostPoints);
  return every <= 1 ? all : all.filter((_, index) => index % every === 0);
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
