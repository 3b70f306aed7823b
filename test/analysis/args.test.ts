import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { argumentValues, substituted } from "../../src/analysis/args.ts";
import { Problem } from "../../src/api/problem.ts";

const args = new Map([
  ["a", "1"],
  ["service.name-x", "web"],
  ["text", 'say "hi"\\ \n\tä'],
  ["bell", "\u0007\u000b\u0001"],
]);

const cases: [name: string, data: unknown, want: unknown][] = [
  ["replaces in any text", { query: "x{{args.a}}y{{args.a}}" }, { query: "x1y1" }],
  ["ignores spaces inside the braces", { query: "{{ args.a  }}" }, { query: "1" }],
  ["knows names with dots and dashes", { name: "m-{{args.service.name-x}}" }, { name: "m-web" }],
  ["replaces in keys and lists", { list: [{ "{{args.a}}": "{{args.a}}" }] }, { list: [{ "1": "1" }] }],
  ["keeps quotes, backslashes and line ends", { query: "{{args.text}}" }, { query: 'say "hi"\\ \n\tä' }],
  ["accepts control characters", { query: "{{args.bell}}" }, { query: "\u0007\u000b\u0001" }],
  ["leaves data without tags alone", { count: 3, query: "}} {a}" }, { count: 3, query: "}} {a}" }],
  ["leaves an unclosed tag that nothing closes", ["{{args.a"], ["{{args.a"]],
];
for (const [name, data, want] of cases) {
  test(`substitution ${name}`, () => deepEqual(substituted(data, args), want));
}

const failures: [name: string, data: unknown, want: string][] = [
  ["an unknown argument", { query: "{{args.bar}}" }, "failed to resolve {{args.bar}}"],
  [
    "the last of several",
    { a: "{{args.x}}", b: "{{args.y}}", c: "{{args.a}}" },
    "failed to resolve {{args.y}}",
  ],
  ["any other tag", { query: "{{ inputs.x }}" }, "failed to resolve {{ inputs.x }}"],
  [
    "a tag that swallows text",
    { a: "{{args.a", b: { c: "d" } },
    'failed to resolve {{args.a","b":{"c":"d"}}',
  ],
];
for (const [name, data, message] of failures) {
  test(`substitution refuses ${name}`, () => {
    throws(
      () => substituted(data, args),
      (error) => error instanceof Problem && error.message === message,
    );
  });
}

test("argument values: a secret wins over a value and is hidden until it is needed", () => {
  const secret = { name: "token", value: "given", valueFrom: { secretKeyRef: { name: "s", key: "k" } } };
  deepEqual(
    [...argumentValues([secret, { name: "empty", value: "" }])],
    [
      ["token", "temp-for-secret"],
      ["empty", ""],
    ],
  );
  equal(argumentValues([secret], new Map([["token", "real\n"]])).get("token"), "real\n");
});

const unsupplied = [
  { name: "foo" },
  { name: "foo", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }, // analysis trap 29
];
for (const arg of unsupplied) {
  test(`argument values refuse ${JSON.stringify(arg)}`, () => {
    throws(() => argumentValues([arg]), { message: 'argument "foo" was not supplied' });
  });
}
