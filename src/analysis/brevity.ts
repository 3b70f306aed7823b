import type { Measurement } from "./types.ts";

/** How many characters the texts of all measurements of a run may have together. */
const room = 40 * 1024;

/** Texts up to this length stay whole: names and ordinary values. */
const short = 256;

/** The most that is kept of one text. */
const long = 4 * 1024;

/** The most that is kept of metadata that is cut. */
const mostEntries = 16;

/** How many characters the measurements of one of so many metrics may have. */
export function roomFor(metrics: number): number {
  return Math.floor(room / Math.max(1, metrics));
}

/**
 * The measurements with texts so short that a status stays small, whatever a provider answers: the newest
 * keep most, and what is cut says so. A status that is too large could not be written, and its run would
 * never end.
 */
export function brief(measurements: readonly Measurement[], most: number): readonly Measurement[] {
  let left = most;
  return measurements
    .toReversed()
    .map((measurement) => {
      const result = cut(measurement, Math.max(short, Math.min(left, long)));
      left -= lengthOf(result);
      return result;
    })
    .reverse();
}

function cut(measurement: Measurement, most: number): Measurement {
  const { value, message, metadata } = measurement;
  if (lengthOf(measurement) <= most) return measurement;
  return {
    ...measurement,
    ...(value !== undefined && { value: shortened(value, most) }),
    ...(message !== undefined && { message: shortened(message, most) }),
    ...(metadata !== undefined && {
      metadata: Object.fromEntries(
        Object.entries(metadata)
          .filter(([name]) => name.length <= short)
          .slice(0, mostEntries)
          .map(([name, text]) => [name, shortened(text, most)]),
      ),
    }),
  };
}

function lengthOf({ value = "", message = "", metadata = {} }: Measurement): number {
  const texts = Object.entries(metadata).flat();
  return [value, message, ...texts].reduce((sum, text) => sum + text.length, 0);
}

/** The beginning of a text, and how long it was; one that was cut before is not cut at its end again. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const [, length] = /… \((\d+) characters\)$/.exec(text) ?? [];
  const end = `… (${length ?? text.length} characters)`;
  return `${text.slice(0, most - end.length).toWellFormed()}${end}`;
}
