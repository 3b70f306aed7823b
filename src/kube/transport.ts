import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import { ApiError } from "../reconcile/ports.ts";
import type { Access } from "./access.ts";
import type { Answer } from "./answer.ts";
import { ask, send, wholeOf } from "./ask.ts";
import { asApiError, errorOf, faultOf, retryAfterOf } from "./status.ts";
import { StaleConnection } from "./wire.ts";

/** What a request is about, for the metrics. */
export interface About {
  readonly verb: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** One request to the API server. */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With a leading slash, each part already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` unless given. */
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until an answer must be complete (of a stream: must have begun); 35,000 unless given. */
  readonly timeout?: number;
  /** Whether failures are retried as `Transport.request` says; true unless given. */
  readonly retry?: boolean;
  /** Not held back by the rate limit: what must not wait behind ordinary work (the lease). */
  readonly urgent?: boolean;
  readonly about?: About;
}

/** A good answer: its code and the parsed body. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

/** A request that has ended, told to whoever counts them. `status` is 0 when the connection failed. */
export interface Ended {
  readonly request: Request;
  readonly status: number;
  readonly tookMillis: number;
}

/** HTTP to the API server. */
export interface Transport {
  /**
   * Rejects with `ApiError` for every answer other than 2xx (code 0: no answer). Retried up to four times
   * within seconds: GETs after faults, 429 and 5xx; anything after a 429 that says when to come back; and
   * once, anything that met a kept-alive connection the server had just closed, or a token that had just
   * expired (401).
   */
  request(request: Request): Promise<Reply>;
  /** A GET whose answer is read while it comes; the reader has to destroy it. Never retried. */
  stream(request: Request): Promise<IncomingMessage>;
  close(): void;
}

/** How to talk to the API server. */
export interface TransportOptions {
  readonly access: Access;
  readonly userAgent?: string;
  /** Resolves when the next request may go. */
  readonly limit?: (() => Promise<void>) | undefined;
  readonly ended?: ((ended: Ended) => void) | undefined;
  /** Milliseconds before the first retry, doubled for each further one; 100 unless given. */
  readonly firstRetry?: number;
}

/** A server that asks for more patience than this gets another try from the loop, not from here. */
const longestRetryAfterSeconds = 10;

/** HTTP over kept-alive connections. */
export function transportOf(options: TransportOptions): Transport {
  return new HttpTransport(options);
}

class HttpTransport implements Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  async request(request: Request): Promise<Reply> {
    if (request.retry === false) return this.#once(request);
    const { signal } = request;
    let secondTries = 0;
    const again = async (error: ApiError): Promise<boolean> => {
      if ((wasStale(error) || error.code === 401) && secondTries++ === 0) return true;
      if (!worthRetrying(request, error)) return false;
      await sleep((retryAfterOf(error) ?? 0) * 1_000, undefined, signal ? { signal } : {});
      return true;
    };
    const retrying = pRetry(() => this.#once(request), {
      retries: 4,
      minTimeout: this.#options.firstRetry ?? 100,
      randomize: true,
      ...(signal ? { signal } : {}),
      shouldRetry: ({ error }) => again(asApiError(error)),
    });
    return retrying.catch((error: unknown) => Promise.reject(faultOf(whatOf(request), error)));
  }

  async stream(request: Request): Promise<IncomingMessage> {
    try {
      const message = await send(this.#options, request);
      if (message.statusCode === 200) return message;
      throw this.#refusal(await wholeOf(message, request));
    } catch (error) {
      throw faultOf(whatOf(request), error);
    }
  }

  close(): void {
    this.#options.access.close();
  }

  async #once(request: Request): Promise<Reply> {
    const { limit, ended } = this.#options;
    if (!request.urgent) await limit?.();
    const began = performance.now();
    let status = 0;
    try {
      const answer = await ask(this.#options, request);
      status = answer.status;
      if (status < 200 || status > 299) throw this.#refusal(answer);
      return { status, json: jsonOf(status, answer.text) };
    } catch (error) {
      throw faultOf(whatOf(request), error);
    } finally {
      ended?.({ request, status, tookMillis: performance.now() - began });
    }
  }

  #refusal({ status, text, retryAfter }: Answer): ApiError {
    if (status === 401) this.#options.access.forget();
    return errorOf(status, text, retryAfter);
  }
}

function whatOf({ method, path }: Request): string {
  return `${method} ${path}`;
}

function worthRetrying({ method, signal }: Request, error: ApiError): boolean {
  if (signal?.aborted) return false;
  const wait = retryAfterOf(error);
  if (wait !== undefined && wait > longestRetryAfterSeconds) return false;
  if (error.code === 429) return wait !== undefined || method === "GET";
  return method === "GET" && (error.code === 0 || error.code >= 500);
}

/** Whether a kept-alive connection turned out to be closed when it was used again. */
function wasStale({ code, cause }: ApiError): boolean {
  return code === 0 && cause instanceof StaleConnection;
}

function jsonOf(status: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ApiError(status, "BadAnswer", `the server sent no JSON: ${text.slice(0, 200)}`, { cause });
  }
}
