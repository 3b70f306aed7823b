/** How many histories are lived through, and which: see `options`. */
export interface Options {
  readonly runs: number;
  readonly seed: number;
  /** The one history of the seed that failed before, as fast-check names it. */
  readonly path: string | undefined;
}

/** Reads `--runs N --seed N --path P`, or what `test/property/run.ts` made of them for the tests. */
export function options(args: readonly string[] = process.argv): Options {
  const value = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const { PROPERTY_RUNS: runs = "100", PROPERTY_SEED: seed = "1", PROPERTY_PATH: path } = process.env;
  return {
    runs: Number(value("--runs") ?? runs),
    seed: Number(value("--seed") ?? seed),
    path: value("--path") ?? path,
  };
}
