import { badRequest } from "../failure.ts";

/** A request as the API face sees it, apart from its transport. */
export interface ApiRequest {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly contentType: string;
  readonly body: string;
}

/** An answer that is complete. */
export interface ApiReply {
  readonly code: number;
  /** Sent as JSON; a text or bytes as they are. */
  readonly body: unknown;
  readonly contentType?: string;
  /** Each becomes a `Warning` header. */
  readonly warnings?: readonly string[];
}

/** An answer that goes on: a watch. */
export interface ApiStream {
  /** Begins to send lines; returns what ends it. `end` is called when the stream is over from this side. */
  open(send: (line: unknown) => void, end: () => void): () => void;
}

/** Whether an answer goes on. */
export function isStream(answer: ApiReply | ApiStream): answer is ApiStream {
  return "open" in answer;
}

/** Whether a parameter asks for something (`1`, `true`, or named without value). */
export function isOn(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== "0" && value !== "false";
}

/** Whether a write only wants to know what would happen. */
export function isDryRun(query: URLSearchParams): boolean {
  const value = query.get("dryRun");
  if (value !== null && value !== "" && value !== "All")
    throw badRequest(`Invalid value: "${value}": dryRun must be All`);
  return value === "All";
}
