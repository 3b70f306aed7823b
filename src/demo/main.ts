import { messageOf, Problem } from "../api/problem.ts";
import { Belongings } from "./belongings.ts";
import { type Options, readOptions } from "./options.ts";
import { type Screen, screenFor } from "./screen.ts";

/** Somebody ended the demo from outside. */
class Stopped extends Error {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const line = readOptions(process.argv.slice(2));
if (line.is === "print") {
  (line.code === 0 ? process.stdout : process.stderr).write(line.text);
  process.exitCode = line.code;
} else process.exit(await main(line.options));

/** Runs the demo and puts everything away, however it ends; resolves to the exit code. */
async function main(options: Options): Promise<number> {
  const abort = new AbortController();
  for (const [signal, code] of Object.entries(signals))
    process.on(signal, () => abort.abort(new Stopped(`stopped by ${signal}`, code)));
  process.stdout.on("error", () => abort.abort(new Stopped("nobody reads its output any more", 1)));
  process.stderr.on("error", () => {});
  const belongings = new Belongings();
  const screen = screenFor(process.stdout, process.env);
  const code = await played(options, { screen, belongings, abort });
  const errors = await belongings.end();
  for (const error of errors) complain(`cannot put everything away: ${messageOf(error)}`);
  screen.leave();
  if (code !== 0 || abort.signal.aborted) complain("nothing is left running, and its folder is removed");
  return errors.length > 0 ? 1 : code;
}

async function played(
  options: Options,
  surroundings: { readonly screen: Screen; readonly belongings: Belongings; readonly abort: AbortController },
): Promise<number> {
  try {
    const { demo } = await import("./demo.ts"); // it takes a while; a signal must not be missed
    await demo({ options, ...surroundings });
    return 0;
  } catch (error) {
    surroundings.screen.leave();
    complain(messageOf(error));
    if (error instanceof Stopped) return options.keep && error.code === signals.SIGINT ? 0 : error.code;
    return error instanceof Problem ? 2 : 1;
  }
}

function complain(message: string): void {
  process.stderr.write(`demo: ${message}\n`);
}
