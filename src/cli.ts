#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { CommanderError, Command as Parser } from "commander";
import { Problem } from "./api/problem.ts";
import type { Command, OptionSpec, Output } from "./cli/command.ts";

/**
 * Every command by its name; only the one that is called is loaded. A new one is one file and one line here.
 */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  backtest: async () => (await import("./cli/backtest.ts")).backtest,
  eval: async () => (await import("./cli/eval.ts")).evaluate,
  explain: async () => (await import("./cli/explain.ts")).explain,
  gen: async () => (await import("./cli/gen.ts")).gen,
  lint: async () => (await import("./cli/lint.ts")).lint,
  simulate: async () => (await import("./cli/simulate.ts")).simulate,
};

/** What went wrong with the input. */
const badInput = 2;

/** Runs the command line; returns the exit code: 2 for bad usage and bad input. */
export async function main(args: readonly string[], output: Output): Promise<number> {
  let code = 0;
  const done = (result: number) => {
    code = result;
  };
  try {
    const parser = await parserFor(args, output, done);
    await parser.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : badInput;
    if (!(error instanceof Problem)) throw error;
    output.err(`lotse: ${error.message}`);
    return badInput;
  }
}

async function parserFor(
  args: readonly string[],
  output: Output,
  done: (code: number) => void,
): Promise<Parser> {
  const parser = new Parser("lotse")
    .description("Progressive delivery for Kubernetes")
    .version(versionText())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.out(text.trimEnd()),
      writeErr: (text) => output.err(text.trimEnd()),
    });
  const [called = ""] = args;
  const known = Object.hasOwn(commands, called) ? [called] : Object.keys(commands);
  for (const name of known) {
    const command = await commands[name]?.();
    if (command !== undefined)
      parser.addCommand(parserOf(name, command, output, done).copyInheritedSettings(parser));
  }
  return parser;
}

function parserOf(name: string, command: Command, output: Output, done: (code: number) => void): Parser {
  const parser = new Parser(name).summary(command.about).description(command.about).usage(command.usage);
  for (const [key, spec] of Object.entries(command.options)) addOption(parser, key, spec);
  parser.argument("[arguments...]").action(async (positionals: string[]) => {
    done(await command.run({ values: valuesOf(command, parser), positionals }, output));
  });
  return parser;
}

/** `readyAfter` is `--ready-after`. */
function addOption(
  parser: Parser,
  key: string,
  { type, short, value = "VALUE", multiple, about }: OptionSpec,
): void {
  const long = `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const flags = `${short === undefined ? "" : `-${short}, `}${long}${type === "string" ? ` <${value}>` : ""}`;
  if (multiple === true)
    parser.option(flags, about, (one: string, before: string[] = []) => [...before, one]);
  else parser.option(flags, about);
}

function valuesOf(command: Command, parser: Parser): Record<string, never> {
  const given = parser.opts();
  const entries = Object.entries(command.options).map(([key, spec]) => {
    const missing = spec.type === "boolean" ? false : spec.multiple === true ? [] : spec.default;
    return [key, given[key] ?? missing];
  });
  return Object.fromEntries(entries) as Record<string, never>;
}

function versionText(): string {
  const file = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

if (import.meta.main) {
  enableCompileCache(); // commands are loaded later, and start in half the time
  const line = (stream: NodeJS.WriteStream) => (text: string) => void stream.write(`${text}\n`);
  process.exitCode = await main(process.argv.slice(2), {
    out: line(process.stdout),
    err: line(process.stderr),
  });
}
