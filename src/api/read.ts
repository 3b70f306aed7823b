import type * as z from "zod";
import type { Infer } from "./field.ts";
import { invalid, Problem, required, unsupported } from "./problem.ts";

/**
 * An object as its schema describes it; fields that the schema does not know are left out, as the API
 * server does. Nothing is filled in. Throws a `Problem` that names the first field of the wrong type.
 */
export function read<S extends z.ZodType>(schema: S, object: unknown): Infer<S> {
  const { success, data, error } = schema.safeParse(object, { reportInput: true });
  if (success) return data as Infer<S>;

  const [issue] = error.issues;
  throw issue === undefined ? new Problem(error.message) : problemOf(issue);
}

function problemOf(issue: z.core.$ZodIssue): Problem {
  const path = pathOf(issue.path);
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return required(path);
      return invalid(path, issue.input, `must be of type ${typeNames.get(issue.expected) ?? issue.expected}`);
    case "invalid_union":
      if (issue.input === undefined) return required(path);
      return invalid(path, issue.input, "must be of type integer or string");
    case "invalid_value":
      if (issue.input === undefined) return required(path);
      return unsupported(path, issue.input, issue.values.map(String));
    default:
      return invalid(path, issue.input, "must be a whole number of 32 bits");
  }
}

/** The words of the API server where zod has others. */
const typeNames = new Map([
  ["int", "integer"],
  ["number", "integer"],
  ["record", "object"],
]);

function pathOf(parts: readonly PropertyKey[]): string {
  return parts.reduce<string>((path, part) => {
    if (typeof part === "number") return `${path}[${part}]`;
    return path === "" ? String(part) : `${path}.${String(part)}`;
  }, "");
}
