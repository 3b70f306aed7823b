import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { screenFor } from "../../src/demo/screen.ts";
import { span } from "../../src/demo/text.ts";

function terminal(isTTY: boolean, columns = 60, rows = 24) {
  const written: string[] = [];
  return { isTTY, columns, rows, written, write: (text: string) => written.push(text) };
}

const lines = [[span("a", "good")], [span("b")]];

test("screen: on a terminal the picture is drawn over itself, and lines come above it", () => {
  const out = terminal(true);
  const screen = screenFor(out, {});
  equal(screen.width, 59);
  screen.say("first");
  screen.draw(lines);
  screen.draw(lines);
  screen.tell({ at: 0, text: "is in the picture" });
  screen.status(0, "is in the picture");
  screen.say("above");
  screen.leave();
  screen.leave();
  screen.draw(lines);
  const drawn = "\x1b[32ma\x1b[0m\x1b[K\nb\x1b[K\n\x1b[J";
  deepEqual(out.written, [
    "\x1b[Jfirst\n",
    `\x1b[?25l\x1b[J${drawn}`,
    `\x1b[?25l\x1b[2F${drawn}`,
    "\x1b[2F\x1b[Jabove\n",
    `\x1b[?25l${drawn}`,
    "\x1b[?25h",
    `\x1b[?25l${drawn}`,
  ]);
});

test("screen: a picture is no higher and no wider than the terminal", () => {
  const out = terminal(true, 6, 2);
  const screen = screenFor(out, { NO_COLOR: "1" });
  screen.draw([[span("0123456789", "bad")], [span("below")]]);
  deepEqual(out.written, ["\x1b[?25l\x1b[J01234\x1b[K\n\x1b[J"]);
});

for (const [name, isTTY, env] of [
  ["without a terminal", false, {}],
  ["on a dumb terminal", true, { TERM: "dumb" }],
] as const) {
  test(`screen: ${name} there are plain lines`, () => {
    const out = terminal(isTTY);
    const screen = screenFor(out, env);
    screen.say();
    screen.tell({ at: 1_234, text: "told" });
    screen.status(12_345, "a status");
    screen.draw(lines);
    screen.leave();
    deepEqual(out.written, ["\n", "  1.2 s  told\n", " 12.3 s  a status\n"]);
  });
}
