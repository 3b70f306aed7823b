/** One request. `NS` in paths and bodies stands for a namespace of the case's own. */
export interface Step {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The content type; JSON by default. */
  readonly type?: string;
  readonly accept?: string;
}

/**
 * One row of the table: some requests that must succeed, then the one whose answer counts. What a real API
 * server answered (code, body, watch events) is in `requests.golden.json`; the embedded cluster must answer
 * the same.
 */
export interface Case {
  readonly name: string;
  readonly before?: readonly Step[];
  readonly ask: Step;
  /** The code that the real API server answers. */
  readonly code: number;
  /**
   * Only the codes must agree: the real API server answers with a text where the embedded one has a Status.
   */
  readonly loosely?: boolean;
  /** A path that is watched from before the first request on; its events belong to the answer. */
  readonly watch?: string;
}
