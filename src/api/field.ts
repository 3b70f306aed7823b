import * as z from "zod";

/**
 * The type that a schema describes, readonly all the way down: what has been read is never changed in
 * place.
 */
export type Infer<S extends z.ZodType> = Unchanging<z.infer<S>>;

type Unchanging<T> = T extends readonly (infer Item)[]
  ? readonly Unchanging<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Unchanging<T[Key]> }
    : T;

/** A number or a text: `25`, `"25%"`, `"{{args.count}}"`. */
export const IntOrString = z.union([z.int(), z.string()]).meta({ "x-kubernetes-int-or-string": true });
export type IntOrString = Infer<typeof IntOrString>;

/** A field that must be there. The text is what `kubectl explain` prints: meaning, unit, default. */
export function needed<S extends z.ZodType>(schema: S, about: string): S {
  return schema.describe(about);
}

/** A field that may be left out. */
export function maybe<S extends z.ZodType>(schema: S, about: string): z.ZodOptional<S> {
  return schema.optional().describe(about);
}

/** An optional text. */
export function text(about: string): z.ZodOptional<z.ZodString> {
  return maybe(z.string(), about);
}

/** An optional switch. */
export function flag(about: string): z.ZodOptional<z.ZodBoolean> {
  return maybe(z.boolean(), about);
}

/** An optional whole number of 32 bits. */
export function int32(about: string): z.ZodOptional<z.ZodInt32> {
  return maybe(z.int32(), about);
}

/** An optional whole number of up to 53 bits, `int64` in the CRDs. */
export function int64(about: string): z.ZodOptional<z.ZodInt> {
  return maybe(z.int(), about);
}

/** An optional number or text. */
export function intOrString(about: string): z.ZodOptional<typeof IntOrString> {
  return maybe(IntOrString, about);
}

/** An optional RFC 3339 time. It stays text: `instant()` reads it where it is compared. */
export function time(about: string): z.ZodOptional<z.ZodString> {
  return maybe(Time, about);
}

/** A time as Kubernetes writes it. */
export const Time = z.string().meta({ format: "date-time" });

/** An optional list. */
export function list<S extends z.ZodType>(item: S, about: string): z.ZodOptional<z.ZodArray<S>> {
  return maybe(z.array(item), about);
}

/** An optional map of texts. */
export function texts(about: string): z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodString>> {
  return maybe(z.record(z.string(), z.string()), about);
}

/** An optional field that may hold any JSON; it is kept as it is. */
export function anything(about: string): z.ZodOptional<z.ZodUnknown> {
  return maybe(z.unknown(), about);
}
