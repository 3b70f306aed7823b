import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { pageOf, samplesIn } from "../../../src/demo/promql/exposition.ts";

test("exposition: samples with and without labels, comments, escapes and infinities", () => {
  const page = '# HELP a b\na 1\nb{c="d",e="f \\"g\\" \\\\ \\n"} 2.5\nh{le="+Inf"} +Inf 1700000000000\n';
  deepEqual(samplesIn(page), [
    { labels: { __name__: "a" }, value: 1 },
    { labels: { __name__: "b", c: "d", e: 'f "g" \\ \n' }, value: 2.5 },
    { labels: { __name__: "h", le: "+Inf" }, value: Infinity },
  ]);
  throws(() => samplesIn("what?"), /no sample/);
});

test("exposition: what is written is read again", () => {
  const samples = [
    { labels: { __name__: "a" }, value: 1 },
    { labels: { __name__: "b", c: 'd "e"', f: "\\ \n" }, value: 2.5 },
  ];
  equal(pageOf(samples), 'a 1\nb{c="d \\"e\\"",f="\\\\ \\n"} 2.5\n');
  deepEqual(samplesIn(pageOf(samples)), samples);
});
