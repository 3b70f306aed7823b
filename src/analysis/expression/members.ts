import { Problem } from "../../api/problem.ts";
import { goText } from "./format.ts";
import { type Frame, spend, type Typed } from "./frame.ts";
import { methodOf, methodsOf } from "./time/methods.ts";
import { type Type, unknownType } from "./types.ts";
import {
  elementAt,
  entryOf,
  functionValue,
  isDuration,
  isList,
  isMap,
  isTime,
  offsetIn,
  typeName,
} from "./values.ts";

/** What a chain carries on when `?.` found nothing: everything up to its end is passed over. */
export const skipped: unique symbol = Symbol("skipped");

/** What the parser knows of a member access. */
export interface Access {
  /** The name, when it is written out: `.name` or `["name"]`. */
  readonly name: string | undefined;
  readonly optional: boolean;
  readonly method: boolean;
}

/** `of.property` or `of[property]`. Throws a `Problem` when the type is known not to have such a member. */
export function member(of: Typed, property: Typed, access: Access): Typed {
  const type = memberType(of.type, property.type, access);
  return {
    type,
    run(frame) {
      const base = of.run(frame);
      if (base === skipped || (access.optional && base === null)) return skipped;
      return memberIn(base, access.name ?? property.run(frame));
    },
  };
}

function memberType(of: Type, property: Type, access: Access): Type {
  if (of.kind === "unknown") return unknownType;
  if (of.kind === "map" && !access.method) return mapMember(of.key, of.of, property, of.name);
  if (of.kind === "list") return listMember(of.of, property);
  if (of.kind === "map") return unknownType;

  const known = access.name === undefined ? undefined : knownMember(of, access.name);
  if (known !== undefined) return known;
  if (access.name === undefined) throw new Problem(`type ${of.name}[${property.name}] is undefined`);
  throw new Problem(`type ${of.name} has no ${access.method ? "method" : "field"} ${access.name}`);
}

function knownMember(of: Type, name: string): Type | undefined {
  return of.kind === "record" ? of.fields.get(name) : methodsOf(of)?.get(name)?.type;
}

function mapMember(key: Type, value: Type, property: Type, name: string): Type {
  if (key.kind === "unknown" || property.kind === "unknown" || property.kind === key.kind) return value;
  throw new Problem(`cannot use ${property.name} to get an element from ${name}`);
}

function listMember(element: Type, property: Type): Type {
  if (property.kind === "int" || property.kind === "unknown") return element;
  throw new Problem(`array elements can only be selected using an integer (got ${property.name})`);
}

/**
 * The member of a value at run time. Throws a `Problem` when it cannot have one; a missing key of a map is
 * nothing.
 */
function memberIn(base: unknown, property: unknown): unknown {
  if (isList(base)) return elementAt(base, property);
  if (typeof base === "string") return elementAt(new TextEncoder().encode(base), property);
  if (isMap(base)) return entryOf(base, property) ?? null;
  const method = isTime(base) || isDuration(base) ? methodOf(base, property) : undefined;
  if (method !== undefined) return functionValue((args) => method.call(base, args));
  throw new Problem(`cannot fetch ${goText(property)} from ${typeName(base)}`);
}

/** `of[from:to]`: part of a list or of a text; ends outside of it are moved to its ends. */
export function slice(of: Typed, from: Typed | undefined, to: Typed | undefined): Typed {
  const sliceable = of.type.kind === "list" || of.type.kind === "string" || of.type.kind === "unknown";
  if (!sliceable) throw new Problem(`cannot slice ${of.type.name}`);
  for (const end of [from, to]) {
    if (end === undefined || end.type.kind === "int" || end.type.kind === "unknown") continue;
    throw new Problem(`non-integer slice index ${end.type.name}`);
  }
  return {
    type: of.type,
    run(frame) {
      const whole = of.run(frame);
      if (whole === skipped) return skipped;
      return part(whole, from?.run(frame), to?.run(frame), frame);
    },
  };
}

function part(value: unknown, from: unknown, to: unknown, frame: Frame): unknown {
  if (typeof value === "string") {
    spend(frame, value.length >> 3);
    // A text is cut between bytes, as the peer does it.
    return new TextDecoder().decode(cut(new TextEncoder().encode(value), from, to));
  }
  if (isList(value)) {
    spend(frame, value.length >> 3);
    return cut(value, from, to);
  }
  throw new Problem(`cannot slice ${typeName(value)}`);
}

function cut<L extends { readonly length: number; slice(start: number, end: number): unknown }>(
  list: L,
  from: unknown,
  to: unknown,
): ReturnType<L["slice"]> {
  const { length } = list;
  const end = to === undefined ? length : Math.min(Math.max(offsetIn(length, to), 0), length);
  const start = from === undefined ? 0 : Math.min(Math.max(offsetIn(length, from), 0), end);
  return list.slice(start, end) as ReturnType<L["slice"]>;
}

/** `$env`, which has the names of the environment as members and nothing else. */
export function environmentMember(
  names: ReadonlyMap<string, Type>,
  strict: boolean,
  property: Typed,
  access: Access,
): Typed {
  const { name } = access;
  if (name === undefined) {
    if (property.type.kind !== "string" && property.type.kind !== "unknown") {
      throw new Problem(`cannot use ${property.type.name} to get an element from map[string]interface {}`);
    }
    return { type: unknownType, run: (frame) => frame.names.get(goText(property.run(frame))) ?? null };
  }
  const type = names.get(name);
  if (type === undefined && strict && !access.optional) throw new Problem(`unknown name ${name}`);
  return { type: type ?? unknownType, run: (frame) => frame.names.get(name) ?? null };
}
