/** A value that was measured for a row of the budget table. */
export interface Finding {
  /** The `id` of the row. */
  readonly row: string;
  readonly value: number;
  /** What it is made of, for the JSON output. */
  readonly details?: Readonly<Record<string, number>>;
}
