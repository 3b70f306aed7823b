import { ApiError } from "../reconcile/ports.ts";

/** What we read of a Kubernetes Status object. */
interface Status {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly kind?: string; readonly retryAfterSeconds?: number };
}

/**
 * The reasons that the API server gives for these codes, for answers that carry no Status (proxies, flow
 * control).
 */
const reasons = new Map([
  [400, "BadRequest"],
  [401, "Unauthorized"],
  [403, "Forbidden"],
  [404, "NotFound"],
  [405, "MethodNotAllowed"],
  [409, "Conflict"],
  [410, "Expired"],
  [413, "RequestEntityTooLarge"],
  [415, "UnsupportedMediaType"],
  [422, "Invalid"],
  [429, "TooManyRequests"],
  [500, "InternalError"],
  [503, "ServiceUnavailable"],
  [504, "Timeout"],
]);

/**
 * The error that an answer other than 2xx stands for; `body` is its text, `retryAfter` the header of that
 * name.
 */
export function errorOf(code: number, body: string, retryAfter?: string): ApiError {
  const status = statusOf(body);
  const seconds =
    status?.details?.retryAfterSeconds ?? (retryAfter === undefined ? Number.NaN : Number(retryAfter));
  const details = { ...status?.details, ...(seconds >= 0 ? { retryAfterSeconds: seconds } : {}) };
  const reason = status?.reason || reasons.get(code) || "Unknown";
  const message = status?.message || body.trim().slice(0, 500) || `the server answered ${code}`;
  return new ApiError(code, reason, message, { status: { ...status, details } });
}

/** The error that a Status object inside a watch stands for. */
export function errorOfStatus(status: unknown): ApiError {
  const { code = 500, reason, message = "the watch failed" } = isRecord(status) ? (status as Status) : {};
  return new ApiError(code, reason || reasons.get(code) || "Unknown", message, { status });
}

/** The error for a request that got no answer: the connection failed, or nobody wanted to wait any longer. */
export function faultOf(what: string, cause: unknown): ApiError {
  if (cause instanceof ApiError) return cause;
  const said =
    cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
  return new ApiError(0, "ConnectionFailed", `${what}: ${said ?? "the connection failed"}`, { cause });
}

/** Any error as an `ApiError`; one that is none has code 0. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : faultOf("request failed", error);
}

/** The seconds that the server asked to wait before another try. */
export function retryAfterOf(error: ApiError): number | undefined {
  return detailsOf(error).retryAfterSeconds;
}

/** Whether a 404 says that the whole kind is not served (and not just that the object is not there). */
export function kindIsGone(error: ApiError): boolean {
  return error.code === 404 && detailsOf(error).kind === undefined;
}

function detailsOf({ status }: ApiError): NonNullable<Status["details"]> {
  return isRecord(status) && isRecord(status["details"]) ? status["details"] : {};
}

function statusOf(body: string): Status | undefined {
  if (!body.startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    return isRecord(parsed) && parsed["kind"] === "Status" ? (parsed as Status) : undefined;
  } catch {
    return undefined; // some other server's words: they become the message
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
