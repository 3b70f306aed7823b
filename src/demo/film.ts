import type { Moment } from "./moment.ts";
import { picture } from "./picture.ts";
import type { Told } from "./tell.ts";
import { type Line, type Span, span } from "./text.ts";

/** How wide the film is, in columns. */
const columns = 72;

/** The size of a character, in pixels. */
const [width, height] = [8.4, 18];

/** The space around the text, in pixels. */
const margin = 14;

/** The least time between two frames, and how long the last one stays, in milliseconds. */
const [between, last] = [500, 8_000];

interface Frame {
  readonly at: number;
  readonly lines: readonly Line[];
}

/** Records the live picture as an SVG that plays it: where nothing moves, its last frame is seen. */
export class Film {
  readonly #frames: Frame[] = [];

  /** Takes a picture of a moment; one that comes too soon after another is left out. */
  take(moment: Moment, told: readonly Told[]): void {
    const before = this.#frames.at(-1)?.at ?? -Infinity;
    if (moment.at >= before + between)
      this.#frames.push({ at: moment.at, lines: picture(moment, told, columns) });
  }

  /** The film, with these lines below its last frame. */
  svg(end: readonly string[]): string {
    const frames = [...this.#frames];
    const final = frames.pop() ?? { at: 0, lines: [] };
    const below = [[], ...end.map((line) => [span(line, "strong")])];
    return svgOf([...frames, { at: final.at, lines: [...final.lines, ...below] }]);
  }
}

/** The frames stand below each other; moving this strip behind a window plays them. */
function svgOf(frames: readonly Frame[]): string {
  const rows = Math.max(...frames.map(({ lines }) => lines.length));
  const [wide, high] = [Math.round(columns * width + 2 * margin), rows * height + 2 * margin];
  const lines = new Map<string, string>();
  const uses = frames.flatMap((frame, index) =>
    frame.lines.flatMap((line, row) => {
      if (line.length === 0) return [];
      const text = textOf(line);
      const id = lines.get(text) ?? `l${lines.size}`;
      lines.set(text, id);
      return [`<use href="#${id}" y="${index * high + margin + (row + 0.75) * height}"/>`];
    }),
  );
  const texts = [...lines].map(([text, id]) => `<text id="${id}" x="${margin}"${text}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${high}" width="${wide}" height="${high}">`,
    `<style>${style}${motion(frames, high)}</style>`,
    `<defs>${texts.join("\n")}</defs>`,
    `<rect width="${wide}" height="${high}" rx="8" fill="#0d1117"/>`,
    `<svg width="${wide}" height="${high}"><g class="strip">${uses.join("\n")}</g></svg>`,
    "</svg>\n",
  ].join("\n");
}

const style = `
text{font:14px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9;white-space:pre}
.strong{font-weight:bold}.dim{fill:#7d8590}.stable{fill:#58a6ff}.canary{fill:#e3b341}
.good{fill:#3fb950}.bad{fill:#ff7b72}
`;

/** When which frame is in the window; without motion it is the last one. */
function motion(frames: readonly Frame[], high: number): string {
  const [start, end] = [frames[0]?.at ?? 0, (frames.at(-1)?.at ?? 0) + last];
  const stops = frames.map(({ at }, index) => {
    const percent = (((at - start) / (end - start)) * 100).toFixed(2);
    return `${percent}%{transform:translateY(${-index * high}px)}`;
  });
  const rest = `transform:translateY(${-(frames.length - 1) * high}px)`;
  const seconds = ((end - start) / 1000).toFixed(1);
  return `.strip{${rest};animation:play ${seconds}s step-end infinite}
@keyframes play{${stops.join("")}100%{${rest}}}
@media(prefers-reduced-motion:reduce){.strip{animation:none}}`;
}

/** The rest of a text element: its length, so that columns line up in any font, and its spans. */
function textOf(line: Line): string {
  const count = line.reduce((sum, { text }) => sum + [...text].length, 0);
  const length = `textLength="${(count * width).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`;
  return ` ${length} xml:space="preserve">${line.map(spanOf).join("")}</text>`;
}

function spanOf({ text, style: name }: Span): string {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return name === "plain" ? escaped : `<tspan class="${name}">${escaped}</tspan>`;
}
