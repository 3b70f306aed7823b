import type { Type } from "./types.ts";

/** An expression as parsed, before anything is known of the types of its names. */
export type Node =
  | { readonly is: "literal"; readonly value: unknown; readonly type: Type }
  | { readonly is: "name"; readonly name: string }
  | { readonly is: "pointer"; readonly name: string }
  | { readonly is: "unary"; readonly operator: string; readonly operand: Node }
  | { readonly is: "binary"; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly is: "compare"; readonly first: Node; readonly rest: readonly Comparison[] }
  | { readonly is: "choice"; readonly test: Node; readonly yes: Node; readonly no: Node }
  | { readonly is: "elvis"; readonly test: Node; readonly no: Node }
  | { readonly is: "chain"; readonly inner: Node }
  | Member
  | {
      readonly is: "slice";
      readonly of: Node;
      readonly from: Node | undefined;
      readonly to: Node | undefined;
    }
  | { readonly is: "call"; readonly callee: Node; readonly args: readonly Node[] }
  | { readonly is: "predicate"; readonly name: string; readonly args: readonly Node[] }
  | { readonly is: "let"; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly is: "sequence"; readonly parts: readonly Node[] }
  | { readonly is: "list"; readonly items: readonly Node[] }
  | { readonly is: "map"; readonly entries: readonly (readonly [key: Node, value: Node])[] };

/** `.field`, `[index]`, and both after `?.`, which lets nothing in place of the value pass. */
export interface Member {
  readonly is: "member";
  readonly of: Node;
  readonly property: Node;
  readonly optional: boolean;
  /** Whether it is called: `value.Method()`. */
  readonly method: boolean;
}

/** One link of `a < b <= c`. */
export interface Comparison {
  readonly operator: string;
  readonly operand: Node;
}
