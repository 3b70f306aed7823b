import { createHash, createHmac } from "node:crypto";
import type { Instant } from "../api/time.ts";

/** A request before it is signed. */
export interface Unsigned {
  readonly method: string;
  readonly url: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** What signs requests to AWS. */
export interface AwsKeys {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Empty for keys that do not expire. */
  readonly sessionToken: string;
}

/** Everything that a signature depends on besides the request. */
export interface Signing extends AwsKeys {
  readonly region: string;
  readonly service: string;
  readonly at: Instant;
}

/** Signature version 4, as the AWS reference describes it: over method, address, headers and body. */
export function signatureHeaders(request: Unsigned, signing: Signing): Readonly<Record<string, string>> {
  const { accessKey, secretKey, sessionToken, region, service, at } = signing;
  const date = new Date(at).toISOString().replace(/[:-]|\.\d+/g, "");
  const url = new URL(request.url);
  const token = sessionToken === "" ? {} : { "X-Amz-Security-Token": sessionToken };
  const added = { "X-Amz-Date": date, ...token };
  const headers = Object.entries({ ...request.headers, ...added, Host: url.host })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = headers.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url.searchParams),
    ...headers.map(([name, value]) => `${name}:${value}`),
    "",
    names,
    hash(request.body ?? ""),
  ].join("\n");

  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", date, scope, hash(canonical)].join("\n");
  const parts = [date.slice(0, 8), region, service, "aws4_request", text];
  const signature = parts.reduce<Buffer>((key, part) => keyed(key, part), Buffer.from(`AWS4${secretKey}`));
  const signed = `SignedHeaders=${names}, Signature=${signature.toString("hex")}`;
  return { ...added, Authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope}, ${signed}` };
}

function canonicalQuery(params: URLSearchParams): string {
  return [...params]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join("&");
}

function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function keyed(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
