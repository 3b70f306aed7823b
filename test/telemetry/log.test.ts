import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { createLog, gathered, type LogOptions } from "../../src/telemetry/log.ts";

function logged(options: Partial<LogOptions>, write: (log: ReturnType<typeof createLog>) => void): string {
  let text = "";
  write(createLog({ level: "info", format: "", ...options, write: (line) => (text += line) }));
  return text;
}

const time = /^time="\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z" /;
const texts: [name: string, fields: object, message: string, want: string][] = [
  [
    "plain words are bare",
    { rollout: "my-api", namespace: "a" },
    "hello",
    "level=info msg=hello namespace=a rollout=my-api\n",
  ],
  [
    "other texts are quoted",
    { why: 'say "x"\n' },
    "two words",
    'level=info msg="two words" why="say \\"x\\"\\n"\n',
  ],
  [
    "numbers, lists and nothing",
    { n: 1.5, list: ["a"], empty: "", gone: undefined },
    "x",
    'level=info msg=x empty="" list="[\\"a\\"]" n=1.5\n',
  ],
];
for (const [name, fields, message, want] of texts) {
  test(`log: text, ${name}`, () => {
    const line = logged({}, (log) => log.info(fields, message));
    match(line, time);
    equal(line.replace(time, ""), want);
  });
}

test("log: JSON has level, msg, time and the fields", () => {
  const { time: at, ...line } = JSON.parse(
    logged({ format: "json" }, (log) => log.warn({ rollout: "a" }, "text")),
  ) as Record<string, unknown>;
  deepEqual(line, { level: "warning", msg: "text", rollout: "a" });
  match(String(at), /^\d{4}-.*Z$/);
});

const levels: [level: LogOptions["level"], want: number][] = [
  ["debug", 4],
  ["info", 3],
  ["warning", 2],
  ["error", 1],
  ["panic", 0],
];
for (const [level, want] of levels) {
  test(`log: level ${level}`, () => {
    const text = logged({ level }, (log) => {
      for (const each of ["debug", "info", "warn", "error"] as const) log[each]("x");
    });
    equal(text.split("\n").length - 1, want);
  });
}

test("log: lines are written a few at a time, in order", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const write = gathered(resolve);
  write("a\n");
  write("b\n");
  equal(await promise, "a\nb\n");
});

test("log: what is left is written when the process ends", () => {
  const before = process.listeners("exit");
  let text = "";
  const write = gathered((lines) => {
    text += lines;
  });
  write("last\n");
  for (const ended of process.listeners("exit")) if (!before.includes(ended)) ended(0);
  equal(text, "last\n");
});

test("log: a line may have no fields", () => {
  match(
    logged({}, (log) => log.warn("two words")),
    /Z" level=warning msg="two words"\n$/,
  );
});
