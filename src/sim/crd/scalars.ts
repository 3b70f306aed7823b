import { invalidValue, type Cause } from "../failure.ts";
import type { Json } from "../json.ts";

/** What is wrong with a number or text, by the bounds, lengths, pattern and format of its schema. */
export function scalarCauses(value: unknown, raw: Json, field: string): readonly Cause[] {
  if (typeof value === "number") return numberCauses(value, raw, field);
  return typeof value === "string" ? textCauses(value, raw, field) : [];
}

function numberCauses(value: number, raw: Json, field: string): readonly Cause[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, format } = raw;
  const problems: string[] = [];
  if (typeof minimum === "number" && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    problems.push(`should be greater than ${exclusiveMinimum === true ? "" : "or equal to "}${minimum}`);
  }
  if (typeof maximum === "number" && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    problems.push(`should be less than ${exclusiveMaximum === true ? "" : "or equal to "}${maximum}`);
  }
  if (typeof multipleOf === "number" && value % multipleOf !== 0) problems.push(`should be a multiple of ${multipleOf}`);
  if (format === "int32" && value !== (value | 0)) problems.push(`must be of type integer: "number"`);
  return problems.map((problem) => invalidValue(field, value, `${field} in body ${problem}`));
}

function textCauses(value: string, raw: Json, field: string): readonly Cause[] {
  const { minLength, maxLength, pattern, format } = raw;
  const length = [...value].length;
  const causes: Cause[] = [];
  if (typeof maxLength === "number" && length > maxLength) {
    causes.push({ reason: "FieldValueTooLong", message: `Too long: may not be more than ${maxLength} bytes`, field });
  }
  if (typeof minLength === "number" && length < minLength) {
    causes.push(invalidValue(field, value, `${field} in body should be at least ${minLength} chars long`));
  }
  if (typeof pattern === "string" && !expression(pattern).test(value)) {
    causes.push(invalidValue(field, value, `${field} in body should match '${pattern}'`));
  }
  if (format === "date-time" && Number.isNaN(Date.parse(value))) {
    causes.push(invalidValue(field, value, `${field} in body must be of type date-time: ${JSON.stringify(value)}`));
  }
  return causes;
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern);
  expressions.set(pattern, known);
  return known;
}
