import { Problem } from "../../api/problem.ts";
import { builtins } from "./builtins/index.ts";
import { builtinCall, callOf } from "./calls.ts";
import type { Environment } from "./environment.ts";
import type { Typed } from "./frame.ts";
import { list, map } from "./literals.ts";
import { environmentMember, member, skipped, slice } from "./members.ts";
import { binary, inRange, literalRange, matchesPattern, ordering, truth, unary } from "./operators.ts";
import { type PointerScope, pointer, predicateCall, scopeOf } from "./predicates.ts";
import type { Member, Node } from "./syntax.ts";
import { boolType, either, intType, isNumber, listOf, mapType, type Type, unknownType } from "./types.ts";

/** What the names at one place of an expression mean. */
export interface Scope {
  readonly environment: Environment;
  readonly variables: ReadonlyMap<string, { readonly slot: number; readonly type: Type }>;
  readonly pointers: readonly PointerScope[];
}

type Of<Is extends Node["is"]> = Extract<Node, { readonly is: Is }>;

/**
 * Checks the types of an expression and makes it ready to run. Throws a `Problem` when they are known not
 * to fit.
 */
export function compile(node: Node, scope: Scope): Typed {
  switch (node.is) {
    case "literal":
      return { type: node.type, run: () => node.value };
    case "name":
      return name(node.name, scope);
    case "pointer":
      return pointer(node.name, scope.pointers);
    case "unary":
      return unary(node.operator, compile(node.operand, scope));
    case "binary":
      return operation(node, scope);
    case "compare":
      return comparison(node, scope);
    case "choice":
      return choice(compile(node.test, scope), compile(node.yes, scope), compile(node.no, scope));
    case "elvis":
      return elvis(compile(node.test, scope), compile(node.no, scope));
    case "chain":
      return chain(compile(node.inner, scope));
    case "member":
      return access(node, scope);
    case "slice":
      return slice(compile(node.of, scope), maybe(node.from, scope), maybe(node.to, scope));
    case "call":
      return call(node, scope);
    case "predicate":
      return predicate(node, scope);
    case "let":
      return variable(node, scope);
    case "sequence":
      return sequence(node.parts.map((part) => compile(part, scope)));
    case "list":
      return list(node.items.map((item) => compile(item, scope)));
    case "map":
      return map(node.entries.map(([key, value]) => [compile(key, scope), compile(value, scope)] as const));
  }
}

function maybe(node: Node | undefined, scope: Scope): Typed | undefined {
  return node === undefined ? undefined : compile(node, scope);
}

function name(called: string, { environment, variables }: Scope): Typed {
  const variable = variables.get(called);
  if (variable !== undefined) return { type: variable.type, run: (frame) => frame.variables[variable.slot] };
  if (called === "$env") return { type: mapType, run: (frame) => frame.names };

  const type = environment.types.get(called) ?? (environment.strict ? undefined : unknownType);
  if (type === undefined) throw new Problem(`unknown name ${called}`);
  return { type, run: (frame) => frame.names.get(called) ?? null };
}

function operation({ operator, left, right }: Of<"binary">, scope: Scope): Typed {
  if (operator === "in" && right.is === "binary" && right.operator === "..") {
    return inRange(compile(left, scope), compile(right.left, scope), compile(right.right, scope));
  }
  if (operator === "matches" && right.is === "literal" && typeof right.value === "string") {
    return matchesPattern(compile(left, scope), right.value);
  }
  const from = left.is === "literal" ? left.value : undefined;
  const to = right.is === "literal" ? right.value : undefined;
  if (operator === ".." && typeof from === "bigint" && typeof to === "bigint") {
    const run = literalRange(from, to);
    if (run !== undefined) return { type: listOf(intType), run };
  }
  return binary(operator, compile(left, scope), compile(right, scope));
}

/** `a < b <= c`: each operand is computed once, and those after a pair that does not hold not at all. */
function comparison({ first, rest }: Of<"compare">, scope: Scope): Typed {
  let before = compile(first, scope);
  const begin = before.run;
  const links = rest.map(({ operator, operand }) => {
    const next = compile(operand, scope);
    const holds = ordering(operator, before, next);
    before = next;
    return { run: next.run, holds };
  });
  const [link] = links;
  if (links.length === 1 && link !== undefined) {
    return {
      type: boolType,
      run: (frame) => link.holds(begin(frame), link.run(frame)),
    };
  }
  return {
    type: boolType,
    run(frame) {
      let left = begin(frame);
      return links.every(({ run, holds }) => {
        const right = run(frame);
        const held = holds(left, right);
        left = right;
        return held;
      });
    },
  };
}

function choice(test: Typed, yes: Typed, no: Typed): Typed {
  condition(test.type);
  return {
    type: either(yes.type, no.type),
    run: (frame) => (truth(test.run(frame)) ? yes.run(frame) : no.run(frame)),
  };
}

function elvis(test: Typed, no: Typed): Typed {
  condition(test.type);
  return { type: either(test.type, no.type), run: (frame) => truth(test.run(frame)) || no.run(frame) };
}

function condition({ kind, name: type }: Type): void {
  if (kind !== "bool" && kind !== "unknown")
    throw new Problem(`non-bool expression (type ${type}) used as condition`);
}

/** The end of what `?.` passes over. */
function chain(inner: Typed): Typed {
  return {
    type: inner.type,
    run(frame) {
      const value = inner.run(frame);
      return value === skipped ? null : value;
    },
  };
}

function access(node: Member, scope: Scope): Typed {
  const property = compile(node.property, scope);
  const written = node.property.is === "literal" && typeof node.property.value === "string";
  const how = {
    name: written ? String(node.property.value) : undefined,
    optional: node.optional,
    method: node.method,
  };
  if (node.of.is === "name" && node.of.name === "$env") {
    return environmentMember(scope.environment.types, scope.environment.strict, property, how);
  }
  return member(compile(node.of, scope), property, how);
}

function call({ callee, args }: Of<"call">, scope: Scope): Typed {
  const given = args.map((node) => ({ ...compile(node, scope), written: isWritten(node) }));
  if (callee.is !== "name") return callOf(compile(callee, scope), given, memberName(callee));
  const known = scope.environment.types.has(callee.name) || scope.variables.has(callee.name);
  const builtin = known ? undefined : builtins.get(callee.name);
  if (builtin !== undefined) return builtinCall(builtin, given, callee.name);
  return callOf(compile(callee, scope), given, callee.name);
}

function memberName(callee: Node): string {
  return callee.is === "member" && callee.property.is === "literal"
    ? String(callee.property.value)
    : "function";
}

/** Whether the number is written out, not computed from anything. */
function isWritten(node: Node): boolean {
  if (node.is === "literal") return isNumber(node.type);
  if (node.is === "unary") return isWritten(node.operand);
  return node.is === "binary" && isWritten(node.left) && isWritten(node.right);
}

function predicate({ name: called, args }: Of<"predicate">, scope: Scope): Typed {
  const [of, body, more] = args;
  if (of === undefined) throw new Problem(`not enough arguments to call ${called}`);
  const items = compile(of, scope);
  const inner = { ...scope, pointers: [...scope.pointers, scopeOf(called, items.type)] };
  const parts = {
    name: called,
    list: items,
    predicate: maybe(body, inner),
    extra: maybe(more, scope),
    depth: scope.pointers.length,
  };
  return predicateCall(parts, args.length);
}

function variable({ name: called, value, body }: Of<"let">, scope: Scope): Typed {
  if (scope.environment.types.has(called)) throw new Problem(`cannot redeclare ${called}`);
  if (builtins.has(called)) throw new Problem(`cannot redeclare builtin ${called}`);
  if (scope.variables.has(called)) throw new Problem(`cannot redeclare variable ${called}`);

  const slot = scope.variables.size;
  const bound = compile(value, scope);
  const variables = new Map(scope.variables).set(called, { slot, type: bound.type });
  const inner = compile(body, { ...scope, variables });
  return {
    type: inner.type,
    run(frame) {
      frame.variables[slot] = bound.run(frame);
      return inner.run(frame);
    },
  };
}

function sequence(parts: readonly Typed[]): Typed {
  const last = parts.at(-1);
  if (last === undefined) throw new Problem("empty sequence");
  return {
    type: last.type,
    run(frame) {
      let value: unknown = null;
      for (const part of parts) value = part.run(frame);
      return value;
    },
  };
}
