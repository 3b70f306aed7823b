/** Labels by name; what is undefined is written as the empty text. */
export type Labels = Readonly<Record<string, string | undefined>>;

/** One metric in the Prometheus text format, built line by line. */
export class Family {
  readonly #name: string;
  readonly #lines: string[];

  constructor(name: string, type: "gauge" | "counter", help: string) {
    this.#name = name;
    this.#lines = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  }

  add(labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text ?? "")}"`);
    this.#lines.push(`${this.#name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`);
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}

function escaped(text: string): string {
  return /["\\\n]/.test(text)
    ? text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")
    : text;
}
