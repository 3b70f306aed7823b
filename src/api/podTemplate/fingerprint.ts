/**
 * Of a 128-bit state, one word and how it takes up a word of text; the constants are those of MurmurHash3.
 */
interface Lane {
  readonly before: number;
  readonly after: number;
  readonly turn: number;
  readonly stir: number;
  readonly add: number;
}

const lanes: readonly [Lane, Lane, Lane, Lane] = [
  { before: 0x239b961b, after: 0xab0e9789, turn: 15, stir: 19, add: 0x561ccd1b },
  { before: 0xab0e9789, after: 0x38b34ae5, turn: 16, stir: 17, add: 0x0bcaa747 },
  { before: 0x38b34ae5, after: 0xa1e38b93, turn: 17, stir: 15, add: 0x96cd1c35 },
  { before: 0xa1e38b93, after: 0x239b961b, turn: 18, stir: 13, add: 0x32ac3b17 },
];

/**
 * 128 bits that stand for a text, as 32 hexadecimal digits: after MurmurHash3 (x86, 128 bits) over its UTF-16
 * units. Two texts with the same fingerprint are the same for all purposes but security; it lives in memory
 * only.
 */
export function fingerprint(text: string): string {
  const [lane1, lane2, lane3, lane4] = lanes;
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  for (let at = 0; at < text.length; at += 8) {
    h1 = taken(lane1, h1, wordAt(text, at), h2);
    h2 = taken(lane2, h2, wordAt(text, at + 2), h3);
    h3 = taken(lane3, h3, wordAt(text, at + 4), h4);
    h4 = taken(lane4, h4, wordAt(text, at + 6), h1);
  }
  const ends = [h1, h2, h3, h4].map((word) => word ^ text.length);
  const mixed = summed(summed(ends).map(avalanche));
  return mixed.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** Two UTF-16 units as one word; zeros beyond the end (the length tells them from real ones). */
function wordAt(text: string, at: number): number {
  return at + 1 < text.length
    ? text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)
    : text.charCodeAt(at) | 0;
}

function taken({ before, after, turn, stir, add }: Lane, state: number, word: number, next: number): number {
  const mixed = state ^ Math.imul(turned(Math.imul(word, before), turn), after);
  return (Math.imul((turned(mixed, stir) + next) | 0, 5) + add) | 0;
}

function turned(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** Every word made to depend on all of them. */
function summed([first = 0, ...rest]: readonly number[]): number[] {
  const sum = rest.reduce((total, word) => (total + word) | 0, first);
  return [sum, ...rest.map((word) => (word + sum) | 0)];
}

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
