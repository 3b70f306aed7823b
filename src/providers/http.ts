import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { AxiosAdapter, AxiosStatic, InternalAxiosRequestConfig } from "axios";
import type pRetry from "p-retry";
import type { Millis } from "../api/time.ts";
import { failureWords, isConnectionFault } from "./failureWords.ts";
import { type Outbound, type OutboundRules, outboundOf } from "./outbound.ts";

/** One HTTP request of a provider. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  /** How long the answer may take, redirects and retries included. */
  readonly timeout: Millis;
  /** Whether certificates are not verified. */
  readonly insecure?: boolean | undefined;
  /**
   * Whether it only reads: it is repeated when the connection fails or the server has an error, within its
   * time.
   */
  readonly reads: boolean;
  /** Whether it goes where the surroundings say, not where a template says: no rule forbids it then. */
  readonly trusted?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** The answer; every status is one. */
export interface HttpReply {
  readonly status: number;
  readonly statusText: string;
  readonly body: string;
}

/** Sends a request. Rejects with `HttpFailure` when no complete answer came. */
export type Http = (request: HttpRequest) => Promise<HttpReply>;

/**
 * No complete answer came: `Get "http://x/y": EOF`. No header and no password is in the
 * message.
 */
export class HttpFailure extends Error {
  /** Whether the same request may succeed a moment later. */
  readonly mayPass: boolean;

  constructor({ method, url }: HttpRequest, reason: string, mayPass = false) {
    const verb = `${method.slice(0, 1).toUpperCase()}${method.slice(1).toLowerCase()}`;
    super(`${verb} ${JSON.stringify(shown(url))}: ${reason}`);
    this.name = "HttpFailure";
    this.mayPass = mayPass;
  }
}

/** Answers beyond this are given up: nothing that a condition could use is that long. */
export const largestReply = 16 * 1024 * 1024;

/** How often a read is repeated, and the first wait before that in milliseconds. */
const repeats = { retries: 2, minTimeout: 100, factor: 3 };

/** Agents for plain connections, and for those whose certificates are and are not verified. */
interface Agents {
  readonly plain: HttpAgent;
  readonly verifying: HttpsAgent;
  readonly unverified: HttpsAgent;
}

interface Loaded {
  readonly axios: AxiosStatic;
  /** The part of axios that sends: what it does before, with defaults and interceptors, costs as much. */
  readonly adapter: AxiosAdapter;
  readonly retry: typeof pRetry;
  /** For requests that the rules apply to, and for those that are trusted. */
  readonly bounded: Agents;
  readonly free: Agents;
  readonly outbound: Outbound;
}

/**
 * The HTTP client that all providers share. It is loaded by the first request, keeps connections, honours the
 * proxies of the environment, follows up to 10 redirects, asks only where the rules allow, and bounds the
 * time and the size of every answer.
 */
export function httpClient(rules: OutboundRules = { denied: [], allowedHosts: [] }): Http {
  const outbound = outboundOf(rules);
  let loading: Promise<Loaded> | undefined;
  return async (request) => {
    loading ??= load(outbound);
    const loaded = await loading;
    const limit = limitOf(request);
    try {
      return await (request.reads ? repeated : send)(loaded, request, limit);
    } finally {
      limit.release();
    }
  };
}

async function load(outbound: Outbound): Promise<Loaded> {
  const [{ default: axios }, { default: retry }, http, https] = await Promise.all([
    import("axios"),
    import("p-retry"),
    import("node:http"),
    import("node:https"),
  ]);
  const agents = (more: { readonly lookup?: Outbound["lookup"] }): Agents => {
    const options = { keepAlive: true, timeout: 60_000, maxFreeSockets: 64, ...more };
    return {
      plain: new http.Agent(options),
      verifying: new https.Agent(options),
      unverified: new https.Agent({ ...options, rejectUnauthorized: false }),
    };
  };
  return {
    axios,
    adapter: axios.getAdapter("http"),
    retry,
    outbound,
    bounded: agents({ lookup: outbound.lookup }),
    free: agents({}),
  };
}

/** What ends a request early: nobody wants its answer any more, or its time is over. */
interface Limit {
  readonly signal: AbortSignal;
  isLate(): boolean;
  /** Lets go of the timer, and of everything that it would keep in memory until it fires. */
  release(): void;
}

/** A timeout of 0 is over at once. */
function limitOf({ timeout, signal }: HttpRequest): Limit {
  const ending = new AbortController();
  const end = () => ending.abort();
  let isLate = timeout <= 0;
  const late = () => {
    isLate = true;
    end();
  };
  const timer = setTimeout(late, Math.min(timeout, 2 ** 31 - 1));
  signal.addEventListener("abort", end, { once: true });
  if (isLate || signal.aborted) end();
  return {
    signal: ending.signal,
    isLate: () => isLate,
    release() {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    },
  };
}

/** The last answer or failure once the request was repeated often enough. */
async function repeated(loaded: Loaded, request: HttpRequest, limit: Limit): Promise<HttpReply> {
  let reply: HttpReply | undefined;
  try {
    return await loaded.retry(
      async () => {
        reply = undefined;
        reply = await send(loaded, request, limit);
        if (reply.status >= 500 && reply.status !== 501)
          throw new HttpFailure(request, reply.statusText, true);
        return reply;
      },
      { ...repeats, shouldRetry: ({ error }) => error instanceof HttpFailure && error.mayPass },
    );
  } catch (error) {
    if (reply !== undefined) return reply;
    throw error;
  }
}

async function send(loaded: Loaded, request: HttpRequest, limit: Limit): Promise<HttpReply> {
  const url = /^https?:\/\//i.test(request.url) ? URL.parse(request.url) : null;
  if (url === null) throw new HttpFailure(request, "unsupported protocol scheme or invalid address");
  refuse(loaded, request, url.hostname);
  try {
    limit.signal.throwIfAborted();
    const { status, statusText, data } = await loaded.adapter(configOf(loaded, request, url, limit.signal));
    return { status, statusText, body: typeof data === "string" ? data : "" };
  } catch (error) {
    if (error instanceof HttpFailure) throw error;
    if (limit.isLate()) throw new HttpFailure(request, "context deadline exceeded");
    if (request.signal.aborted) throw new HttpFailure(request, "context canceled");
    throw new HttpFailure(request, reasonOf(error, request.url), isConnectionFault(error));
  }
}

function refuse({ outbound }: Loaded, request: HttpRequest, host: string): void {
  const refusal = request.trusted === true ? undefined : outbound.refusal(host);
  if (refusal !== undefined) throw new HttpFailure(request, refusal);
}

function configOf(
  loaded: Loaded,
  request: HttpRequest,
  parsed: URL,
  signal: AbortSignal,
): InternalAxiosRequestConfig {
  const agents = request.trusted === true ? loaded.free : loaded.bounded;
  const { url = request.url, authorization } = withoutUser(parsed);
  return {
    method: request.method,
    url,
    headers: loaded.axios.AxiosHeaders.from(headersOf(request.headers ?? {}, authorization)),
    data: request.body,
    responseType: "text",
    validateStatus: () => true,
    maxRedirects: 10,
    beforeRedirect: (next: { readonly hostname?: string }) => refuse(loaded, request, next.hostname ?? ""),
    maxContentLength: largestReply,
    maxBodyLength: Infinity,
    httpAgent: agents.plain,
    httpsAgent: request.insecure === true ? agents.unverified : agents.verifying,
    signal,
  };
}

/** User and password of the address go into a header, unless there is one already. */
function withoutUser({ href, username, password }: URL): {
  readonly url?: string;
  readonly authorization?: string;
} {
  if (username === "" && password === "") return {};
  const url = new URL(href);
  url.username = "";
  url.password = "";
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: basic(user) };
}

/** The value of an `Authorization` header for `user:password`. */
export function basic(user: string): string {
  return `Basic ${Buffer.from(user).toString("base64")}`;
}

/** Names are compared without case; the later of two wins. `Host` is what the address says. */
function headersOf(
  headers: Readonly<Record<string, string>>,
  authorization: string | undefined,
): Readonly<Record<string, string>> {
  const all = {
    "User-Agent": "lotse",
    Accept: "*/*",
    "Accept-Encoding": "identity", // answers are short: unpacking them costs more than their transport
    ...(authorization !== undefined && { Authorization: authorization }),
    ...headers,
  };
  const byName = new Map(
    Object.entries(all).map(([name, value]) => [name.toLowerCase(), [name, value] as const]),
  );
  byName.delete("host");
  return Object.fromEntries(byName.values());
}

/** What went wrong in words; never what was sent. */
function reasonOf(error: unknown, url: string): string {
  const isTooLarge = error instanceof Error && error.message.startsWith("maxContentLength");
  return isTooLarge
    ? `the answer is larger than ${largestReply / 1024 / 1024} MiB`
    : failureWords(error, url);
}

/** The address without its password. */
function shown(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.password === "") return address;
  url.password = "xxxxx";
  return url.href;
}
