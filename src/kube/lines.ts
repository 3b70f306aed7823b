import type { Readable } from "node:stream";

const newline = 0x0a;

/**
 * The lines of a stream, without their ends; what follows the last newline is no line. Fails when nothing at
 * all has been heard for `idle()` milliseconds, and ends the stream when the reader stops early.
 */
export async function* linesOf(stream: Readable, idle: () => number): AsyncGenerator<string, void> {
  const watch = (millis: number): NodeJS.Timeout =>
    setTimeout(() => stream.destroy(new Error(`nothing heard for ${millis / 1_000} s`)), millis);
  let watchdog = watch(idle());
  let open: Buffer[] = [];
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      clearTimeout(watchdog);
      let from = 0;
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
        const rest = chunk.subarray(from, end);
        yield open.length === 0 ? rest.toString() : Buffer.concat([...open, rest]).toString();
        open = [];
        from = end + 1;
      }
      if (from < chunk.length) open.push(chunk.subarray(from));
      watchdog = watch(idle());
    }
  } finally {
    clearTimeout(watchdog);
    stream.destroy();
  }
}
