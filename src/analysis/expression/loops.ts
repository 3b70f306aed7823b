import { Problem } from "../../api/problem.ts";
import { add } from "./arithmetic.ts";
import { sorted } from "./builtins/lists.ts";
import { type Frame, grow, type Pointer, type Run, spend, type Typed } from "./frame.ts";
import { truth } from "./operators.ts";
import { isList, type ListValue, ownElement, typeName } from "./values.ts";

/** The parts of a call such as `all(list, predicate)`, ready to run. */
export interface Parts {
  readonly name: string;
  readonly list: Typed;
  readonly predicate: Typed | undefined;
  /** `reduce`'s first value or `sortBy`'s order. */
  readonly extra: Typed | undefined;
  /** Where the enclosing predicates end and this one's pointer is. */
  readonly depth: number;
}

/** Does something with each element and what the predicate says of it; true ends the walk. */
type Visit = (said: unknown, item: unknown, index: number) => boolean;

function listIn({ list }: Parts, frame: Frame): ListValue {
  const value = list.run(frame);
  if (isList(value)) return value;
  throw new Problem(`cannot iterate over ${typeName(value)}`);
}

/**
 * Walks over the elements, asking the predicate about each; without a predicate, the element speaks for
 * itself.
 */
function walk(parts: Parts, frame: Frame, visit: Visit, backwards = false): void {
  const items = listIn(parts, frame);
  const pointer = pointerAt(frame, parts.depth);
  const { length } = items;
  for (let step = 0; step < length; step += 1) {
    spend(frame, 1);
    const index = backwards ? length - 1 - step : step;
    const item = ownElement(items, index);
    pointer.item = item;
    pointer.index = index;
    const said = parts.predicate === undefined ? item : parts.predicate.run(frame);
    if (visit(said, item, index)) return;
  }
}

function pointerAt(frame: Frame, depth: number): Pointer {
  const pointer: Pointer = { item: null, index: 0, accumulator: null };
  frame.pointers[depth] = pointer;
  return pointer;
}

/**
 * Looks for an element of which the predicate says `wanted`; says `whenFound` if there is one, else the
 * opposite.
 */
export function whether(parts: Parts, wanted: boolean, whenFound: boolean): Run {
  return (frame) => {
    let answer = !whenFound;
    walk(parts, frame, (said) => {
      if (truth(said) !== wanted) return false;
      answer = whenFound;
      return true;
    });
    return answer;
  };
}

/** How many elements the predicate says yes to. */
export function counted(parts: Parts, frame: Frame): bigint {
  let count = 0n;
  walk(parts, frame, (said) => {
    if (truth(said)) count += 1n;
    return false;
  });
  return count;
}

/** The elements that the predicate says yes to. */
export function filter(parts: Parts): Run {
  return (frame) => {
    const kept: unknown[] = [];
    walk(parts, frame, (said, item) => {
      if (truth(said)) kept.push(item);
      return false;
    });
    grow(frame, kept.length);
    return kept;
  };
}

/** What `result` makes of the first element that the predicate says yes to, or nothing. */
export function found(
  parts: Parts,
  backwards: boolean,
  result: (item: unknown, index: number) => unknown,
): Run {
  return (frame) => {
    let answer: unknown = null;
    walk(
      parts,
      frame,
      (said, item, index) => {
        if (!truth(said)) return false;
        answer = result(item, index);
        return true;
      },
      backwards,
    );
    return answer;
  };
}

/** What the predicate says of each element. */
export function map(parts: Parts): Run {
  return (frame) => {
    const values: unknown[] = [];
    walk(parts, frame, (said) => {
      values.push(said);
      return false;
    });
    grow(frame, values.length);
    return values;
  };
}

/** The elements by what the predicate says of them. */
export function groupBy(parts: Parts): Run {
  return (frame) => {
    const groups = new Map<unknown, unknown[]>();
    walk(parts, frame, (key, item) => {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
      grow(frame, 1);
      return false;
    });
    return groups;
  };
}

/** The elements in the order of what the predicate says of them. */
export function sortBy(parts: Parts): Run {
  return (frame) => {
    const keys: unknown[] = [];
    const items: unknown[] = [];
    walk(parts, frame, (key, item) => {
      keys.push(key);
      items.push(item);
      return false;
    });
    grow(frame, items.length);
    return sorted(items, (_item, index) => keys[index], parts.extra?.run(frame) ?? "asc", frame);
  };
}

/** The sum of what the predicate says, a whole zero when there is nothing. */
export function sum(parts: Parts): Run {
  return (frame) => {
    let total: unknown = 0n;
    walk(parts, frame, (said, _item, index) => {
      // Durations have no zero that is a number.
      total = index === 0 && typeof said === "object" ? said : add(total, said);
      return false;
    });
    return total;
  };
}

/** What remains when the predicate has joined each element to what it made of those before. */
export function reduce(parts: Parts): Run {
  const { predicate, extra, depth } = parts;
  return (frame) => {
    const items = listIn(parts, frame);
    const begin = extra === undefined ? 1 : 0;
    if (items.length < begin) throw new Problem("reduce of empty array with no initial value");
    let accumulator = extra === undefined ? ownElement(items, 0) : extra.run(frame);
    const pointer = pointerAt(frame, depth);
    for (let index = begin; index < items.length; index += 1) {
      spend(frame, 1);
      pointer.item = ownElement(items, index);
      pointer.index = index;
      pointer.accumulator = accumulator;
      accumulator = predicate?.run(frame) ?? null;
    }
    return accumulator;
  };
}
