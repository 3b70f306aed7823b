import { Problem } from "../../api/problem.ts";
import type { Labels, Sample } from "./series.ts";

/**
 * The samples in a page of metrics in the Prometheus text format. Throws a `Problem` for a line that is none.
 */
export function samplesIn(page: string): readonly Sample[] {
  return page.split("\n").flatMap((line) => (line === "" || line.startsWith("#") ? [] : [sampleIn(line)]));
}

/** A page in the text format, with labels added to every sample. */
export function labelled(page: string, more: Labels): string {
  const added = Object.entries(more).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return page.replace(
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?( \S+)/gm,
    (_, name: string, labels = "", rest = "") => {
      const all = [...(labels === "" ? [] : [String(labels).replace(/,$/, "")]), ...added];
      return `${name}{${all.join(",")}}${rest}`;
    },
  );
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
