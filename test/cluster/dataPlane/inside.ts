import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { guard } from "../support/guard.ts";
import { inNamespace } from "../support/namespace.ts";
import type { Figures } from "./figures.ts";

const script = fileURLToPath(new URL("./play.ts", import.meta.url));

/** The process that plays the stories in a network namespace of its own, and the figures that it tells. */
export class Inside {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #release: () => void;
  readonly #figures: Figures[] = [];
  readonly #said: string[] = [];
  #ended = false;
  #changed = Promise.withResolvers<void>();

  /** The script takes how many requests to send at least, and how many a second. */
  constructor(args: readonly number[]) {
    const [command, flags] = inNamespace(process.execPath, [script, ...args.map(String)]);
    // Traefik prefers a cluster named by the environment, which cannot be reached from inside.
    const { KUBECONFIG: _outside, ...env } = process.env;
    this.#child = spawn(command, flags, { env, stdio: ["ignore", "pipe", "pipe"] });
    this.#release = guard("pid", this.#child.pid ?? -1);
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#figures.push(JSON.parse(line) as Figures);
      this.#wake();
    });
    this.#child.stderr.on("data", (text) => this.#said.push(String(text)));
    this.#child.once("error", (error) => this.#end(String(error)));
    this.#child.once("close", (code, signal) => this.#end(`it ended with ${signal ?? code}`));
  }

  /** The figures of a story with a driver, as soon as it was played; rejects when it will not be. */
  async figures(story: string, driver: string): Promise<Figures> {
    for (;;) {
      const found = this.#figures.find((one) => one.story === story && one.driver === driver);
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`${story} was not played: ${this.#said.join("").trim()}`);
      await this.#changed.promise;
    }
  }

  /** Ends it with all that it started. */
  async stop(): Promise<void> {
    this.#child.kill("SIGKILL");
    while (!this.#ended) await this.#changed.promise;
  }

  #end(how: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#said.push(how);
    this.#release();
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
