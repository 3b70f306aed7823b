/** An option of a command. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly multiple?: boolean;
  /** What stands for its value in the help. */
  readonly value?: string;
  /** The value when it is not given. */
  readonly default?: string;
  readonly about: string;
}

/** The options of a command by their long names. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What the options of a command were given as. */
export type Values<Options extends OptionSpecs> = {
  readonly [Name in keyof Options]: Options[Name]["type"] extends "boolean"
    ? boolean
    : Options[Name] extends { readonly multiple: true }
      ? readonly string[]
      : Options[Name] extends { readonly default: string }
        ? string
        : string | undefined;
};

/** What a command was called with. */
export interface Call<Options extends OptionSpecs> {
  readonly values: Values<Options>;
  readonly positionals: readonly string[];
}

/** Where a command writes to: lines of its result, and lines about what went wrong. */
export interface Output {
  out(text: string): void;
  err(text: string): void;
}

/** A command: how it is called, what it is for, and what it does. `run` returns the exit code. */
export interface Command<Options extends OptionSpecs = OptionSpecs> {
  /** What follows the name of the command: `-f FILE... [--set CONTAINER=IMAGE]`. */
  readonly usage: string;
  readonly about: string;
  readonly options: Options;
  run(call: Call<Options>, output: Output): Promise<number>;
}

/** A command as the table holds it: it reads only the options that it names itself. */
export function command<const Options extends OptionSpecs>(spec: Command<Options>): Command {
  return spec as unknown as Command;
}
