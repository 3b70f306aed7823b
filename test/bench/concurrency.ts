/** How many requests the bench has under way at most, so that it is not what is measured. */
const lanes = 24;

/** Does something with each item, a few at a time. */
export async function each<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}

/** Lets a few callers at a time run something; the others wait in the order in which they came. */
export function turnstile(): <Result>(run: () => Promise<Result>) => Promise<Result> {
  let free = lanes;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

/** Waits for a promise; rejects after so many seconds, saying what is missing. */
export async function within<Result>(
  seconds: number,
  promise: Promise<Result>,
  missing: () => string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${seconds} s ${missing()}`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
