/** What a `Problem` may say about where it was found. */
export interface ProblemPlace {
  /** The field, as users would look it up: `spec.strategy.steps[0].setWeight`. */
  readonly path?: string;
  /** The offending value, as found. */
  readonly value?: unknown;
}

/**
 * Something the user can fix: a field that is missing or wrong, or an object that is not there. It
 * becomes the `InvalidSpec` condition (or an analysis error) word for word; everything else is an `Error`
 * with a cause. The builders below give the texts of the Kubernetes field errors (rollout-core 3.1).
 */
export class Problem extends Error {
  readonly path: string | undefined;
  readonly value: unknown;
  /** The last part of the message: what is wrong, without path and value. */
  readonly detail: string;

  constructor(detail: string, place: ProblemPlace = {}, message: string = detail) {
    super(message);
    this.name = "Problem";
    this.detail = detail;
    this.path = place.path;
    this.value = place.value;
  }
}

/** What an error says, in words; what was thrown may be anything. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `PATH: Required value: DETAIL`, or without the detail when there is none to give. */
export function required(path: string, detail = ""): Problem {
  return new Problem(
    detail,
    { path },
    [path, "Required value", detail].filter((part) => part !== "").join(": "),
  );
}

/** `PATH: Invalid value: VALUE: DETAIL`; the value may be anything JSON can say. */
export function invalid(path: string, value: unknown, detail: string): Problem {
  return new Problem(detail, { path, value }, `${path}: Invalid value: ${rendered(value)}: ${detail}`);
}

/** `PATH: Unsupported value: "X": supported values: "Y", "Z"`. */
export function unsupported(path: string, value: unknown, supported: readonly string[]): Problem {
  const detail = `supported values: ${supported.map((name) => rendered(name)).join(", ")}`;
  return new Problem(detail, { path, value }, `${path}: Unsupported value: ${rendered(value)}: ${detail}`);
}

/** `PATH: Forbidden: DETAIL`: the field must not be set here. */
export function forbidden(path: string, detail: string): Problem {
  return new Problem(detail, { path }, `${path}: Forbidden: ${detail}`);
}

/** `PATH: Internal error: DETAIL`: the text the field errors use for contradictions between fields. */
export function internal(path: string, detail: string): Problem {
  return new Problem(detail, { path }, `${path}: Internal error: ${detail}`);
}

/** Objects as compact JSON, texts quoted, numbers and booleans bare, nothing as `null`. */
function rendered(value: unknown): string {
  return value === undefined ? "null" : JSON.stringify(value);
}
