import { Problem } from "../../api/problem.ts";
import type { Sample } from "./series.ts";

/**
 * The samples in a page of metrics in the Prometheus text format. Throws a `Problem` for a line that is none.
 */
export function samplesIn(page: string): readonly Sample[] {
  return page.split("\n").flatMap((line) => (line === "" || line.startsWith("#") ? [] : [sampleIn(line)]));
}

/** Samples as a page in the text format. */
export function pageOf(samples: readonly Sample[]): string {
  const lines = samples.map(({ labels: { __name__: name = "", ...labels }, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`);
    return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
  });
  return lines.join("");
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

function sampleIn(text: string): Sample {
  const [, name, labels = "", value = ""] = line.exec(text) ?? [];
  if (name === undefined) throw new Problem(`no sample in the text format of Prometheus: ${text}`);
  const pairs = [...labels.matchAll(label)].map(([, key = "", raw = ""]) => [key, unescaped(raw)]);
  return { labels: { __name__: name, ...Object.fromEntries(pairs) }, value: numberIn(value) };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
}

/** A number as Prometheus writes it: `+Inf`, `NaN`, `1e3`. */
export function numberIn(text: string): number {
  const infinity = /^([+-]?)Inf$/i.exec(text);
  return infinity === null ? Number(text) : infinity[1] === "-" ? -Infinity : Infinity;
}
