import pino, { type Logger } from "pino";

/** The levels of `--loglevel`, as the peer names them. */
export const levels = ["trace", "debug", "info", "warn", "warning", "error", "fatal", "panic"] as const;
export type Level = (typeof levels)[number];
/** The values of `--logformat`; the empty one is text. */
export const formats = ["", "text", "json"] as const;
export type Format = (typeof formats)[number];

/** How to log. */
export interface LogOptions {
  readonly level: Level;
  readonly format: Format;
  /** Where complete lines go; standard error unless given, a few at a time. */
  readonly write?: (line: string) => void;
}

const pinoLevels: Readonly<Partial<Record<Level, string>>> = { warning: "warn", panic: "fatal" };

/**
 * The log of the process. Text: `time="…" level=info msg="…" key=value`; JSON: one object per line with
 * `time`, `level`, `msg` and the fields (traffic-cli-ops 7.4).
 */
export function createLog({
  level,
  format,
  write = gathered((lines) => process.stderr.write(lines)),
}: LogOptions): Logger {
  const options = {
    level: pinoLevels[level] ?? level,
    base: null,
    messageKey: "msg",
    timestamp: timestamps(),
    formatters: { level: (label: string) => ({ level: label === "warn" ? "warning" : label }) },
  };
  const lines =
    format === "json"
      ? write
      : (line: string) => write(textLine(JSON.parse(line) as Record<string, unknown>));
  return pino(options, { write: lines });
}

/** How long lines are gathered, in milliseconds. */
const gathering = 10;

/**
 * Gathers lines, because each write is a call of the system, and an update of a Rollout is told in fifty
 * lines. Those that are left are written when the process ends.
 */
export function gathered(write: (lines: string) => void): (line: string) => void {
  let lines = "";
  const flush = (): void => {
    if (lines === "") return;
    const all = lines;
    lines = "";
    write(all);
  };
  process.on("exit", flush);
  return (line) => {
    if (lines === "") setTimeout(flush, gathering);
    lines += line;
  };
}

/** The time as pino wants it; lines of the same millisecond share it. */
function timestamps(): () => string {
  let at = Number.NaN;
  let text = "";
  return () => {
    const now = Date.now();
    if (now !== at) text = `,"time":"${new Date(now).toISOString()}"`;
    at = now;
    return text;
  };
}

/** The text form of a log object: time, level and message first, then the fields by name. */
function textLine({ time, level, msg, ...fields }: Record<string, unknown>): string {
  const said = Object.keys(fields)
    .sort()
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}=${textValue(fields[name])}`);
  return (
    [`time=${JSON.stringify(time)}`, `level=${String(level)}`, `msg=${textValue(msg)}`, ...said].join(" ") +
    "\n"
  );
}

/** Bare where the value is one plain word, else quoted. */
function textValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w./@^+:-]+$/.test(text) ? text : JSON.stringify(text);
}
