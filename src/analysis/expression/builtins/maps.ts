import { Problem } from "../../../api/problem.ts";
import { goText } from "../format.ts";
import { grow } from "../frame.ts";
import { anyListType, listOf, mapType, type Type, unknownType } from "../types.ts";
import { elementsOf, entriesOf, isList } from "../values.ts";
import { type Builtin, list, map, unary } from "./signature.ts";

const keyList = (type: Type): Type => listOf(type.kind === "map" ? type.key : unknownType);
const valueList = (type: Type): Type => listOf(type.kind === "map" ? type.of : unknownType);

/** Functions on maps. */
export const mapBuiltins: Readonly<Record<string, Builtin>> = {
  keys: unary(["map"], keyList, ([value], frame, name) => {
    const entries = entriesOf(map(value, name));
    grow(frame, entries.length);
    return entries.map(([key]) => key);
  }),
  values: unary(["map"], valueList, ([value], frame, name) => {
    const entries = entriesOf(map(value, name));
    grow(frame, entries.length);
    return entries.map(([, entry]) => entry ?? null);
  }),
  toPairs: unary(
    ["map"],
    () => anyListType,
    ([value], frame, name) => {
      const entries = entriesOf(map(value, name));
      grow(frame, entries.length * 2);
      return entries.map(([key, entry]) => [key, entry ?? null]);
    },
  ),
  fromPairs: unary(
    ["list"],
    () => mapType,
    ([value], frame, name) => {
      const pairs = elementsOf(list(value, name));
      grow(frame, pairs.length);
      return new Map(pairs.map(pair));
    },
  ),
};

function pair(value: unknown): readonly [unknown, unknown] {
  if (isList(value) && value.length === 2) {
    const [key, entry] = elementsOf(value);
    return [key, entry];
  }
  throw new Problem(`invalid pair ${goText(value)}`);
}
