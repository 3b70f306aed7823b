import type { Told } from "./tell.ts";
import { type Line, rendered, secondsText } from "./text.ts";

/** What a screen needs of the stream that it writes to. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** Where the demo is shown: lines that stay, and below them a picture that is drawn again and again. */
export interface Screen {
  /** How many columns there are. */
  readonly width: number;
  /** A line that stays. */
  say(line?: string): void;
  /** Something that happened; only where there is no picture, which has it too. */
  tell(told: Told): void;
  /** A moment in one line, where there is no picture. */
  status(at: number, line: string): void;
  draw(lines: readonly Line[]): void;
  /** Leaves the last picture where it is, and the terminal as it was; the next picture is drawn below. */
  leave(): void;
}

/** The screen for a stream: with a picture on a terminal, else lines alone. */
export function screenFor(terminal: Terminal, env: Readonly<Record<string, string | undefined>>): Screen {
  const dumb = env["TERM"] === "dumb";
  return terminal.isTTY === true && !dumb
    ? new Live(terminal, (env["NO_COLOR"] ?? "") === "")
    : plain(terminal);
}

function plain(terminal: Terminal): Screen {
  const say = (line = "") => void terminal.write(`${line}\n`);
  const at = (millis: number) => secondsText(millis).padStart(7);
  return {
    width: 80,
    say,
    tell: (told) => say(`${at(told.at)}  ${told.text}`),
    status: (millis, line) => say(`${at(millis)}  ${line}`),
    draw: () => {},
    leave: () => {},
  };
}

const hideCursor = "\x1b[?25l";
const showCursor = "\x1b[?25h";
const clearBelow = "\x1b[J";
const clearLine = "\x1b[K";

/** The widest that the picture gets. */
const widest = 80;

/** A picture that is drawn in place. */
class Live implements Screen {
  readonly #terminal: Terminal;
  readonly #colours: boolean;
  #drawn: readonly string[] = [];
  #columns = 0;

  constructor(terminal: Terminal, colours: boolean) {
    this.#terminal = terminal;
    this.#colours = colours;
  }

  get width(): number {
    return Math.min((this.#terminal.columns ?? widest) - 1, widest);
  }

  say(line = ""): void {
    this.#terminal.write(`${this.#back()}${clearBelow}${line}\n`);
    const lines = this.#drawn;
    this.#drawn = [];
    if (lines.length > 0) this.#show(lines);
  }

  tell(): void {}

  status(): void {}

  draw(lines: readonly Line[]): void {
    const rows = (this.#terminal.rows ?? 24) - 1;
    this.#show(lines.slice(0, rows).map((line) => rendered(line, this.width, this.#colours)));
  }

  leave(): void {
    if (this.#drawn.length > 0) this.#terminal.write(showCursor);
    this.#drawn = [];
  }

  /** Only the picture is drawn over; after a change of the width it may have been broken into more lines. */
  #show(lines: readonly string[]): void {
    const { columns = 0 } = this.#terminal;
    const start = columns === this.#columns ? this.#back() : `${this.#back()}${clearBelow}`;
    this.#columns = columns;
    const text = lines.map((line) => `${line}${clearLine}\n`).join("");
    this.#terminal.write(`${hideCursor}${start}${text}${clearBelow}`);
    this.#drawn = lines;
  }

  #back(): string {
    return this.#drawn.length === 0 ? "" : `\x1b[${this.#drawn.length}F`;
  }
}
