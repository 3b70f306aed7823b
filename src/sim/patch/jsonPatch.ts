import { badRequest, failure } from "../failure.ts";
import { isJson, type Json, same } from "../json.ts";

/** One operation of a JSON patch (RFC 6902). */
interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/**
 * The value with a JSON patch (RFC 6902) applied. Throws a 400 for a patch that is none, and a 422 when an
 * operation does not fit, a failing `test` among them.
 */
export function jsonPatched(target: Json, patch: unknown): Json {
  if (!Array.isArray(patch))
    throw badRequest(
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    );
  const result = patch.reduce<unknown>((value, operation) => applied(value, operationOf(operation)), target);
  if (!isJson(result)) throw unfit("the patch leaves no object");
  return result;
}

function operationOf(value: unknown): Operation {
  if (!isJson(value)) throw badRequest("error decoding patch: an operation must be an object");
  const { op, path, from } = value;
  if (typeof op !== "string" || typeof path !== "string")
    throw unfit("Unable to apply patch: op and path are required");
  return { op, path, value: value["value"], ...(typeof from === "string" ? { from } : {}) };
}

function applied(target: unknown, { op, path, from = "", value }: Operation): unknown {
  const tokens = tokensOf(path);
  if (tokens.length === 0 && (op === "add" || op === "replace")) return value;
  switch (op) {
    case "add":
      return changed(target, tokens, (holder, last) => added(holder, last, value, path));
    case "replace":
      find(target, tokens, op, path);
      return changed(target, tokens, (holder, last) => replaced(holder, last, value));
    case "remove":
      find(target, tokens, op, path);
      return changed(target, tokens, removed);
    case "copy": {
      const found = find(target, tokensOf(from), op, from);
      return changed(target, tokens, (holder, last) => added(holder, last, found, path));
    }
    case "move": {
      const found = find(target, tokensOf(from), op, from);
      const rest = changed(target, tokensOf(from), removed);
      return changed(rest, tokens, (holder, last) => added(holder, last, found, path));
    }
    case "test":
      if (same(lookup(target, tokens) ?? null, value ?? null)) return target;
      throw unfit(`testing path ${path}: value mismatch: test failed`);
    default:
      throw unfit(`Unexpected kind: ${op}`);
  }
}

function tokensOf(path: string): readonly string[] {
  if (path === "") return [];
  return path
    .split("/")
    .slice(1)
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function lookup(target: unknown, tokens: readonly string[]): unknown {
  let value = target;
  for (const token of tokens) value = child(value, token);
  return value;
}

function child(holder: unknown, token: string): unknown {
  if (Array.isArray(holder)) return holder[indexOf(holder, token)];
  return isJson(holder) && Object.hasOwn(holder, token) ? holder[token] : undefined;
}

function find(target: unknown, tokens: readonly string[], op: string, path: string): unknown {
  const value = lookup(target, tokens);
  if (value !== undefined) return value;
  throw unfit(
    `${op} operation does not apply: ` +
      `doc is missing ${op === "remove" ? "key" : "path"}: ${path}: missing value`,
  );
}

/** A copy in which the holder of the last token is replaced; what the path does not touch is shared. */
function changed(
  target: unknown,
  tokens: readonly string[],
  edit: (holder: unknown, last: string) => unknown,
): unknown {
  const [first, ...rest] = tokens;
  if (first === undefined) return edit({}, "");
  if (rest.length === 0) return edit(target, first);
  const below = changed(child(target, first), rest, edit);
  return replaced(target, first, below);
}

function replaced(holder: unknown, last: string, value: unknown): unknown {
  if (Array.isArray(holder)) return holder.with(indexOf(holder, last), value);
  return { ...(isJson(holder) ? holder : {}), [last]: value };
}

function added(holder: unknown, last: string, value: unknown, path: string): unknown {
  if (isJson(holder)) return { ...holder, [last]: value };
  if (!Array.isArray(holder))
    throw unfit(`add operation does not apply: doc is missing path: "${path}": missing value`);
  const index = last === "-" ? holder.length : indexOf(holder, last);
  if (index > holder.length)
    throw unfit(`add operation does not apply: doc is missing path: "${path}": missing value`);
  return holder.toSpliced(index, 0, value);
}

function removed(holder: unknown, last: string): unknown {
  if (Array.isArray(holder)) return holder.toSpliced(indexOf(holder, last), 1);
  const { [last]: _removed, ...rest } = isJson(holder) ? holder : {};
  return rest;
}

function indexOf(list: readonly unknown[], token: string): number {
  if (!/^(0|[1-9]\d*)$/.test(token)) throw unfit(`Unable to access invalid index: ${token}`);
  return Math.min(Number(token), list.length + 1);
}

/** The 422 of an operation that does not fit; the API server keeps to itself which one, and so does this. */
function unfit(cause: string): Error {
  const message = "the server rejected our request due to an error in our request";
  const refusal = failure(422, "Invalid", message, {});
  refusal.cause = cause;
  return refusal;
}
