import { ApiError } from "../reconcile/ports.ts";

/** One wrong field of an object, as the details of a Status name it. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What a Status says about the object it is about. */
interface Details {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly uid?: string | undefined;
  readonly causes?: readonly Cause[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * A kind or resource as messages name it: `deployments.apps` has the group `apps` and the name `deployments`.
 */
export interface Named {
  readonly group: string;
  readonly plural: string;
}

/** An error with the Status object that a real API server answers. */
export function failure(code: number, reason: string, message: string, details?: Details): ApiError {
  const shown = details === undefined ? {} : { details: compact(details) };
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...shown,
    code,
  };
  return new ApiError(code, reason, message, { status });
}

/** 404: no such object. */
export function notFound(resource: Named, name: string): ApiError {
  return failure(404, "NotFound", `${fullName(resource)} ${quoted(name)} not found`, about(resource, name));
}

/** 404: no such resource or path. */
export function unknownResource(): ApiError {
  return failure(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409: an object of this name is there already. */
export function alreadyExists(resource: Named, name: string): ApiError {
  const message = `${fullName(resource)} ${quoted(name)} already exists`;
  return failure(409, "AlreadyExists", message, about(resource, name));
}

/** 409: the write was meant for another version or object. */
export function conflict(resource: Named, name: string, why: string = modified): ApiError {
  const message = `Operation cannot be fulfilled on ${fullName(resource)} ${quoted(name)}: ${why}`;
  return failure(409, "Conflict", message, about(resource, name));
}

const modified =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 422: fields of the object are wrong. */
export function unprocessable(
  kind: { group: string; kind: string },
  name: string,
  causes: readonly Cause[],
): ApiError {
  const errors = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  const list = errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`;
  const what = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const details = { name, group: kind.group, kind: kind.kind, causes };
  return failure(422, "Invalid", `${what} ${quoted(name)} is invalid: ${list}`, details);
}

/** 400: the request itself is wrong. */
export function badRequest(message: string): ApiError {
  return failure(400, "BadRequest", message);
}

/** 403: not allowed here. */
export function refused(resource: Named, name: string, why: string, causes?: readonly Cause[]): ApiError {
  const message = `${fullName(resource)} ${quoted(name)} is forbidden: ${why}`;
  return failure(403, "Forbidden", message, { ...about(resource, name), causes });
}

/** 410: the resourceVersion is older than what the watch history holds. */
export function expired(message: string): ApiError {
  return failure(410, "Expired", message);
}

/** 405: this resource does not do that. */
export function notAllowed(): ApiError {
  return failure(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

/** 415: a body or patch of a kind that this resource does not take. */
export function unsupportedMedia(accepted: readonly string[]): ApiError {
  const types = accepted.join(", ");
  const message = `the body of the request was in an unknown format - accepted media types include: ${types}`;
  return failure(415, "UnsupportedMediaType", message);
}

/** 429: a disruption budget does not allow to evict the pod now. */
export function tooManyDisruptions(why: string): ApiError {
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  const causes = [{ reason: "DisruptionBudget", message: why, field: "" }];
  return failure(429, "TooManyRequests", message, { causes });
}

/** `FIELD: Required value: DETAIL`. */
export function requiredValue(field: string, detail = ""): Cause {
  return {
    reason: "FieldValueRequired",
    message: detail === "" ? "Required value" : `Required value: ${detail}`,
    field,
  };
}

/** `FIELD: Invalid value: VALUE: DETAIL`. */
export function invalidValue(field: string, value: unknown, detail: string): Cause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${shown(value)}: ${detail}`, field };
}

/** `FIELD: Unsupported value: VALUE: supported values: "A", "B"`. */
export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): Cause {
  const list = supported.map(quoted).join(", ");
  return {
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${shown(value)}: supported values: ${list}`,
    field,
  };
}

/** `FIELD: Forbidden: DETAIL`. */
export function forbiddenField(field: string, detail: string): Cause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${detail}`, field };
}

/** `FIELD: Duplicate value: VALUE`. */
export function duplicateValue(field: string, value: unknown): Cause {
  return { reason: "FieldValueDuplicate", message: `Duplicate value: ${shown(value)}`, field };
}

/** `FIELD: Not found: VALUE`. */
export function missingValue(field: string, value: unknown): Cause {
  return { reason: "FieldValueNotFound", message: `Not found: ${shown(value)}`, field };
}

/** `deployments.apps`, or `pods` in the core group. */
export function fullName({ group, plural }: Named): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function about(resource: Named, name: string): Details {
  return { name, group: resource.group, kind: resource.plural };
}

function compact(details: Details): Details {
  return Object.fromEntries(
    Object.entries(details).filter(([, value]) => value !== undefined && value !== ""),
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function shown(value: unknown): string {
  return value === undefined ? "null" : JSON.stringify(value);
}
