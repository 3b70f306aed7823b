import { match } from "node:assert/strict";
import { test } from "node:test";
import { instant } from "../../src/api/time.ts";
import { signatureHeaders } from "../../src/providers/sigv4.ts";

const signing = {
  accessKey: "AKIDEXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "",
  region: "us-east-1",
  service: "service",
  at: instant("2015-08-30T12:36:00Z"),
};

// The signatures are those that the AWS documentation gives for these requests.
const cases: readonly [name: string, url: string, signature: string][] = [
  [
    "a plain request",
    "https://example.amazonaws.com/",
    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
  ],
];
for (const [name, url, signature] of cases) {
  test(`signature version 4 of ${name}`, () => {
    const { Authorization = "" } = signatureHeaders(
      { method: "GET", url, body: undefined, headers: {} },
      signing,
    );
    match(Authorization, new RegExp(`SignedHeaders=host;x-amz-date, Signature=${signature}$`));
  });
}
