import { Problem } from "../../api/problem.ts";
import { lex, type Token, tokenText } from "./lexer.ts";
import type { Node } from "./syntax.ts";

/** How many nodes an expression may have, as the peer limits it. */
const mostNodes = 10_000;

/**
 * How deep brackets, predicates and operators may nest: far more than a person writes, far less than the
 * stack holds.
 */
const deepest = 250;

/** The rules that the parts of the grammar share; they call each other through it. */
export interface Rules {
  /** An expression whose binary operators bind at least this strongly; 0 takes everything but `;`. */
  expression(cursor: Cursor, precedence: number): Node;
  /** Expressions separated by `;`. */
  sequence(cursor: Cursor): Node;
}

/** Walks over the words of one expression while it is parsed, and counts what must stay bounded. */
export class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nodes = 0;
  #depth = 0;
  /** How many predicates enclose this place: inside one, `#` and `.field` mean the element. */
  predicates = 0;

  constructor(source: string) {
    this.#tokens = lex(source);
  }

  get current(): Token {
    return this.#tokens[this.#at] ?? { kind: "EOF", value: "" };
  }

  /** Takes the current word and moves on. */
  take(): Token {
    const token = this.current;
    this.#at = Math.min(this.#at + 1, this.#tokens.length - 1);
    return token;
  }

  /** Goes back one word. */
  back(): void {
    this.#at -= 1;
  }

  is(kind: Token["kind"], value?: string): boolean {
    return this.current.kind === kind && (value === undefined || this.current.value === value);
  }

  /** Takes this word if it is the current one, and says whether it was. */
  skip(kind: Token["kind"], value: string): boolean {
    if (!this.is(kind, value)) return false;
    this.take();
    return true;
  }

  /** Takes this word; throws a `Problem` when another one stands here. */
  expect(kind: Token["kind"], value?: string): Token {
    if (!this.is(kind, value)) throw this.unexpected();
    return this.take();
  }

  unexpected(token: Token = this.current): Problem {
    return new Problem(`unexpected token ${tokenText(token)}`);
  }

  /** Counts a node; throws a `Problem` when the expression is too large. */
  node<N extends Node>(node: N): N {
    this.#nodes += 1;
    if (this.#nodes > mostNodes)
      throw new Problem("compilation failed: expression exceeds maximum allowed nodes");
    return node;
  }

  /** Parses something nested; throws a `Problem` when it is nested too deeply. */
  deeper<T>(parse: () => T): T {
    if (this.#depth >= deepest) throw new Problem("compilation failed: expression is nested too deeply");
    this.#depth += 1;
    try {
      return parse();
    } finally {
      this.#depth -= 1;
    }
  }
}
