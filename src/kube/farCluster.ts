import { ApiError } from "../reconcile/ports.ts";
import { asApiError } from "./status.ts";
import type { Request, Transport } from "./transport.ts";

/** How long a cluster that gave no answer is not asked again, in milliseconds. */
const spared = 5_000;
/** How long nobody else asks while one does, to find out whether it is back, at most. */
const probing = 60_000;
/** How long an answer to a GET may take: the way is long, but workers that wait are missed elsewhere. */
const patience = 10_000;

/** Sends what is about one API group to another API server than the rest. */
export function apart(group: string, far: Transport, near: Transport): Transport {
  const to = ({ path }: Request): Transport => (path.startsWith(`/apis/${group}/`) ? far : near);
  return {
    request: (request) => to(request).request(request),
    stream: (request) => to(request).stream(request),
    close() {
      far.close();
      near.close();
    },
  };
}

/**
 * A cluster that may be out of reach, without holding up those who have other work to do: while it gives no
 * answer one request at a time tries it, and all others are refused at once with what that one met. Errors
 * that are about the way to it say its name.
 */
export function sparing(far: Transport, name: string, now?: () => number): Transport {
  const { asked } = new Reach(name, now);
  return {
    request: (request) => asked(request, () => far.request(patiently(request))),
    stream: (request) => asked(request, () => far.stream(patiently(request))),
    close: () => far.close(),
  };
}

/** Whether a cluster is in reach, as far as its last answers tell. */
class Reach {
  readonly #name: string;
  readonly #now: () => number;
  /** What a request met that got no answer, and until when nobody asks again. */
  #silent: { readonly error: ApiError; readonly until: number } | undefined;

  constructor(name: string, now: () => number = () => performance.now()) {
    this.#name = name;
    this.#now = now;
  }

  /** Asks, or rejects at once while it is not to be asked. */
  readonly asked = async <T>({ signal }: Request, ask: () => Promise<T>): Promise<T> => {
    if (this.#silent !== undefined) {
      if (this.#now() < this.#silent.until) throw this.#silent.error;
      this.#waits(this.#silent.error, probing);
    }
    try {
      const answer = await ask();
      this.#silent = undefined;
      return answer;
    } catch (thrown) {
      const error = named(asApiError(thrown), this.#name);
      this.#met(error, signal?.aborted ?? false);
      throw error;
    }
  };

  /** A request that somebody gave up says nothing. */
  #met(error: ApiError, wasGivenUp: boolean): void {
    if (error.code !== 0) this.#silent = undefined;
    else if (!wasGivenUp) this.#waits(error, spared);
    else if (this.#silent !== undefined) this.#waits(this.#silent.error, 0);
  }

  #waits(error: ApiError, millis: number): void {
    this.#silent = { error, until: this.#now() + millis };
  }
}

/** A transport on which every request fails for the same reason. */
export function unusable(error: ApiError): Transport {
  return { request: () => Promise.reject(error), stream: () => Promise.reject(error), close: () => {} };
}

function patiently(request: Request): Request {
  return request.method === "GET" ? { timeout: patience, ...request } : request;
}

/** No answer, or none for these credentials: whoever reads it has to know where. */
function named(error: ApiError, name: string): ApiError {
  if (![0, 401, 403].includes(error.code)) return error;
  const { code, reason, status, message } = error;
  return new ApiError(code, reason, `${name}: ${message}`, { status, cause: error });
}
