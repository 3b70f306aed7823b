/** How a piece of text looks where there are colours. */
export type Style = "plain" | "strong" | "dim" | "stable" | "canary" | "good" | "bad";

/** A piece of text in one style. */
export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** One line of the picture. */
export type Line = readonly Span[];

/** A piece of text; plain unless a style is given. */
export function span(text: string, style: Style = "plain"): Span {
  return { text, style };
}

const codes: Readonly<Record<Style, string>> = {
  plain: "",
  strong: "1",
  dim: "2",
  stable: "34",
  canary: "33",
  good: "32",
  bad: "31",
};

/** A line for a terminal, cut where it would be wider; with or without colours. */
export function rendered(line: Line, width: number, colours: boolean): string {
  let left = width;
  const pieces = line.map(({ text, style }) => {
    const shown = [...text].slice(0, Math.max(left, 0)).join("");
    left -= [...text].length;
    const code = codes[style];
    return colours && code !== "" && shown !== "" ? `\x1b[${code}m${shown}\x1b[0m` : shown;
  });
  return pieces.join("").trimEnd();
}

/** A text as lines that are not wider, broken between words; all but the first are indented. */
export function wrapped(text: string, width: number, indent = ""): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}

/** Milliseconds as `12.3 s`. */
export function secondsText(millis: number): string {
  return `${(millis / 1000).toFixed(1)} s`;
}

/** A share from 0 to 1 as `99.7 %`. */
export function percentText(share: number): string {
  return Number.isNaN(share) ? "–" : `${(share * 100).toFixed(1)} %`;
}

/** A whole number as `1,204`. */
export function countText(count: number): string {
  return count.toLocaleString("en");
}
