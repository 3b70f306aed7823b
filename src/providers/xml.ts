/** An element of an XML document: its text, and the elements in it. */
export interface Element {
  readonly name: string;
  readonly text: string;
  readonly children: readonly Element[];
}

/** What is under way while a document is read. */
interface Open {
  readonly name: string;
  text: string;
  readonly children: Element[];
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

const piece = /(<[?!][^>]*>)|<\/([^>\s]+)\s*>|<([^>\s/]+)[^>]*?(\/?)>|([^<]+)/g;

/** Reads the elements and texts of a document; attributes, comments and instructions are passed over. */
export function parseXml(document: string): Element {
  const root: Open = { name: "", text: "", children: [] };
  const open = [root];
  for (const [, instruction, close, begin, empty, text = ""] of document.matchAll(piece)) {
    if (instruction !== undefined) continue;
    if (begin !== undefined) open.push({ name: begin, text: "", children: [] });
    else if (close === undefined) (open.at(-1) ?? root).text += decoded(text);
    if (close !== undefined || empty === "/") ended(open);
  }
  return root;
}

/** The elements with this name, at the end of a path of names. */
export function elements(from: Element, ...path: readonly string[]): readonly Element[] {
  return path.reduce<readonly Element[]>(
    (current, name) => current.flatMap(({ children }) => children.filter((child) => child.name === name)),
    [from],
  );
}

/** The text of the first element at the end of a path; empty when there is none. */
export function textAt(from: Element, ...path: readonly string[]): string {
  return elements(from, ...path)[0]?.text.trim() ?? "";
}

function ended(open: Open[]): void {
  if (open.length < 2) return;
  const done = open.pop();
  if (done !== undefined) open.at(-1)?.children.push(done);
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return entities[name] ?? whole;
  });
}
