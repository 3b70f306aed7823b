import { type Cause, invalidValue } from "../failure.ts";
import { isJson, type Json, listOf, same, valueAt } from "../json.ts";

/**
 * What is wrong by the rules of `x-kubernetes-validations` that say `self == oldSelf`, or the same of fields
 * (`self.host == oldSelf.host`). Other rules of the expression language are not evaluated here: a real API
 * server is where they are tried.
 */
export function transitionCauses(value: unknown, old: unknown, raw: Json, field: string): readonly Cause[] {
  const rules = raw["x-kubernetes-validations"];
  if (old === undefined || !Array.isArray(rules)) return [];
  return listOf(rules)
    .filter(isJson)
    .flatMap((rule) => ruleCauses(rule, value, old, field));
}

function ruleCauses(
  { rule, message, reason }: Json,
  value: unknown,
  old: unknown,
  field: string,
): readonly Cause[] {
  const path = unchanging(String(rule));
  if (path === undefined || same(valueAt(value, path), valueAt(old, path))) return [];
  const text = typeof message === "string" ? message : `failed rule: ${String(rule).trim()}`;
  const cause = invalidValue(field, value, text);
  return [typeof reason === "string" ? { ...cause, reason } : cause];
}

/** The path that a rule keeps from changing; undefined for every other rule. */
function unchanging(rule: string): readonly string[] | undefined {
  const [, path, twin] = /^\s*self((?:\.\w+)*)\s*==\s*oldSelf((?:\.\w+)*)\s*$/.exec(rule) ?? [];
  return path === undefined || path !== twin ? undefined : path.split(".").slice(1);
}
