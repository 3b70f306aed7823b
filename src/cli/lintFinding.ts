import { Problem } from "../api/problem.ts";

/** Something that `lint` has to say about an object. */
export interface Remark {
  readonly severity: "error" | "warning";
  /** The field, where it is one. */
  readonly path?: string | undefined;
  /** In words; it names the field itself. */
  readonly message: string;
}

/** What is wrong. */
export function wrong(problem: Problem): Remark {
  const { path, message } = problem;
  return { severity: "error", ...(path !== undefined && { path }), message };
}

/** What is hardly meant, at a field. */
export function doubt(path: string, message: string): Remark {
  return { severity: "warning", path, message: `${path}: ${message}` };
}

/** The problem that a check throws, as a remark; none when it throws none. */
export function remarks(check: () => void): readonly Remark[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof Problem) return [wrong(error)];
    throw error;
  }
}
