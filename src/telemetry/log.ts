import pino, { type Logger, type LoggerOptions } from "pino";

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
    timestamp: () => `,"time":"${timeOf()}"`,
    formatters: { level: levelOf },
  };
  const timeOf = clockText();
  return format === "json"
    ? pino(options, { write })
    : pino({ ...options, hooks: { logMethod: textMethod(write, timeOf) } }, { write });
}

function levelOf(label: string): { readonly level: string } {
  return { level: label === "warn" ? "warning" : label };
}

type LogMethod = NonNullable<NonNullable<LoggerOptions["hooks"]>["logMethod"]>;

/** Writes lines of text in place of pino, which would make JSON of them first. */
function textMethod(write: (line: string) => void, timeOf: () => string): LogMethod {
  return ([first, ...rest], _method, level) => {
    const [fields, said] = typeof first === "string" ? [{}, first] : [first as Fields, rest[0]];
    write(textLine(timeOf(), levelOf(pino.levels.labels[level] ?? "").level, said, fields));
  };
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

/** The time of now; lines of the same millisecond share it. */
function clockText(): () => string {
  let at = Number.NaN;
  let text = "";
  return () => {
    const now = Date.now();
    if (now !== at) text = new Date(now).toISOString();
    at = now;
    return text;
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** Time, level and message first, then the fields by name. */
function textLine(time: string, level: string, said: unknown, fields: Fields): string {
  let line = `time="${time}" level=${level} msg=${textValue(said)}`;
  for (const name of Object.keys(fields).sort())
    if (fields[name] !== undefined) line += ` ${name}=${textValue(fields[name])}`;
  return `${line}\n`;
}

/** Bare where the value is one plain word, else quoted. */
function textValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[\w./@^+:-]+$/.test(text) ? text : JSON.stringify(text);
}
