/** How many histories are lived through, and from which seed they are drawn: `--runs N --seed N`. */
export function options(args: readonly string[] = process.argv): {
  readonly runs: number;
  readonly seed: number;
} {
  const value = (name: string, fallback: number) => {
    const at = args.indexOf(name);
    return at < 0 ? fallback : Number(args[at + 1]);
  };
  const { PROPERTY_RUNS: runs = "100", PROPERTY_SEED: seed = "1" } = process.env;
  return { runs: value("--runs", Number(runs)), seed: value("--seed", Number(seed)) };
}
