/** The rows of a CSV text (RFC 4180). An empty line is a row without cells. */
export function csvRows(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) break;
    const [, quoted, plain = "", end = ""] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(cells.length === 1 && cells[0] === "" ? [] : cells);
    cells = [];
  }
  return cells.length === 0 ? rows : [...rows, [...cells, ""]];
}
