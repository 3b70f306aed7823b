import { type Cause, invalidValue } from "../failure.ts";
import type { Json } from "../json.ts";

/** What is wrong with a number or text, by the bounds, lengths, pattern and format of its schema. */
export function scalarCauses(value: unknown, raw: Json, field: string): readonly Cause[] {
  if (typeof value === "number") return numberCauses(value, raw, field);
  return typeof value === "string" ? textCauses(value, raw, field) : [];
}

function numberCauses(value: number, raw: Json, field: string): readonly Cause[] {
  const { multipleOf, format } = raw;
  const problems = [...boundProblems(value, raw)];
  if (typeof multipleOf === "number" && value % multipleOf !== 0) {
    problems.push(`should be a multiple of ${multipleOf}`);
  }
  if (format === "int32" && value !== (value | 0)) problems.push(`must be of type integer: "number"`);
  return problems.map((problem) => invalidValue(field, value, `${field} in body ${problem}`));
}

function boundProblems(value: number, raw: Json): readonly string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = raw;
  const above = exclusiveMinimum === true;
  const below = exclusiveMaximum === true;
  const low = typeof minimum === "number" && (above ? value <= minimum : value < minimum);
  const high = typeof maximum === "number" && (below ? value >= maximum : value > maximum);
  return [
    ...(low ? [`should be greater than ${above ? "" : "or equal to "}${minimum}`] : []),
    ...(high ? [`should be less than ${below ? "" : "or equal to "}${maximum}`] : []),
  ];
}

function textCauses(value: string, raw: Json, field: string): readonly Cause[] {
  const { minLength, maxLength, pattern, format } = raw;
  const length = [...value].length;
  const causes: Cause[] = [];
  if (typeof maxLength === "number" && length > maxLength) {
    causes.push({
      reason: "FieldValueTooLong",
      message: `Too long: may not be more than ${maxLength} bytes`,
      field,
    });
  }
  if (typeof minLength === "number" && length < minLength) {
    causes.push(invalidValue(field, value, `${field} in body should be at least ${minLength} chars long`));
  }
  if (typeof pattern === "string" && !expression(pattern).test(value)) {
    causes.push(invalidValue(field, value, `${field} in body should match '${pattern}'`));
  }
  if (format === "date-time" && Number.isNaN(Date.parse(value))) {
    causes.push(
      invalidValue(field, value, `${field} in body must be of type date-time: ${JSON.stringify(value)}`),
    );
  }
  return causes;
}

const expressions = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = expressions.get(pattern) ?? new RegExp(pattern);
  expressions.set(pattern, known);
  return known;
}
