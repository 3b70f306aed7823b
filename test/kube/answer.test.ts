import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { type Answer, AnswerReader } from "../../src/kube/answer.ts";

/** What a reader makes of pieces of so many bytes. */
function read(text: string, size = text.length, closed = false): Answer | undefined {
  const reader = new AnswerReader();
  const bytes = Buffer.from(text);
  let answer: Answer | undefined;
  for (let from = 0; from < bytes.length; from += size)
    answer = reader.take(bytes.subarray(from, from + size));
  return closed ? reader.end() : answer;
}

const ok = { status: 200, retryAfter: undefined, text: "", staysOpen: true };
const answers: [name: string, text: string, want: Answer | undefined][] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n{é}", { ...ok, text: "{é}" }],
  ["no body", "HTTP/1.1 204 No Content\r\n\r\n", { ...ok, status: 204 }],
  ["an empty body", "HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", ok],
  [
    "chunks",
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\n\r\n',
    { ...ok, text: '{"a":1}' },
  ],
  [
    "chunks that hold line ends, and trailers",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n\r\n\r\n0\r\n\r\nx\r\n0\r\nx: y\r\nz: 1\r\n\r\n",
    { ...ok, text: "\r\n\r\n0\r\n\r\nx" },
  ],
  [
    "a hint when to come back",
    "HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno",
    { status: 429, retryAfter: "7", text: "no", staysOpen: true },
  ],
  [
    "a head before the head",
    "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
    { ...ok, text: "{}" },
  ],
  [
    "the last one of its connection",
    "HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 2\r\n\r\n{}",
    { ...ok, text: "{}", staysOpen: false },
  ],
  ["half a head", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", undefined],
  ["half a body", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", undefined],
  ["half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}", undefined],
  ["no last chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n", undefined],
];
for (const [name, text, want] of answers) {
  for (const size of [undefined, 1, 7]) {
    test(`answer: ${name}, in pieces of ${size ?? "all"}`, () => deepEqual(read(text, size), want));
  }
}

test("answer: a body without length ends with its connection", () => {
  const text = "HTTP/1.0 200 OK\r\n\r\n{}";
  equal(read(text), undefined);
  deepEqual(read(text, 5, true), { ...ok, text: "{}", staysOpen: false });
});

test("answer: one that was to be longer does not end with its connection", () => {
  equal(read("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}", 5, true), undefined);
});

const wrong: [name: string, text: string, message: RegExp][] = [
  ["something else", "SSH-2.0\r\n\r\n", /no HTTP/],
  ["a length that is none", "HTTP/1.1 200 OK\r\ncontent-length: 2, 3\r\n\r\n{}", /content-length/],
  ["a chunk that is none", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", /chunk/],
  ["more than was announced", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}{", /more than its answer/],
  ["a head without end", `HTTP/1.1 200 OK\r\nx: ${"x".repeat(70_000)}`, /too long/],
];
for (const [name, text, message] of wrong) {
  test(`answer: ${name} is refused`, () => throws(() => read(text), message));
}
