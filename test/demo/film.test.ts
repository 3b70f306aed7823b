import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import { Film } from "../../src/demo/film.ts";
import { moment } from "./moments.ts";

test("film: two frames a second at most, each line once, the end below the last frame", () => {
  const film = new Film();
  for (const at of [0, 100, 499, 500, 1_100]) film.take(moment({ at, phase: "A&B<C" }), []);
  const svg = film.svg(["the end"]);
  equal(svg.match(/my-api at/g)?.length, 3);
  equal(svg.match(/A&amp;B&lt;C/g)?.length, 1);
  match(svg, /<tspan class="strong">the end<\/tspan>/);
  match(svg, /animation:play 9\.1s step-end infinite/);
  match(
    svg,
    /@keyframes play\{0\.00%\{transform:translateY\(0px\)\}5\.49%\{transform:translateY\(-\d+px\)\}/,
  );
});
