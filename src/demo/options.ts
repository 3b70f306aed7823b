import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** Who may answer the queries. */
const backends = ["prometheus", "victoria-metrics", "embedded"] as const;
export type Backend = (typeof backends)[number];

/** What the demo was asked for. */
export interface Options {
  /** The address of a running server with the query API of Prometheus. */
  readonly prometheus: string | undefined;
  readonly metrics: Backend | undefined;
  readonly metricsPort: number;
  readonly port: number;
  readonly gatewayPort: number;
  /** Whether an HTTPRoute splits the traffic; else the weight is the share of pods. */
  readonly route: boolean;
  readonly keep: boolean;
  readonly fast: boolean;
  /** The file to write a film of the picture to. */
  readonly film: string | undefined;
}

/** What to do: run, or print a text and end with a code (2 for a command line that is wrong). */
export type CommandLine =
  | { readonly is: "run"; readonly options: Options }
  | { readonly is: "print"; readonly text: string; readonly code: 0 | 2 };

/** The port of the pods' metrics when a server that is given has to find it. */
const agreedPort = 9464;

/** Reads the arguments that follow the program's name. */
export function readOptions(args: readonly string[]): CommandLine {
  const printed: string[] = [];
  const write = (text: string): number => printed.push(text);
  const command = new Command("npm run demo --")
    .description("Two releases with real traffic: a good one is promoted, a bad one is taken back by itself.")
    .allowExcessArguments(false)
    .option("--keep", "leave everything running afterwards, until Ctrl-C")
    .addOption(
      new Option("--fast", "shorter pauses; queries are answered here").conflicts(["metrics", "prometheus"]),
    )
    .option("--no-route", "without a router: the weight is the share of pods")
    .addOption(
      new Option("--metrics <server>", "who answers queries (default: what is on PATH)").choices(backends),
    )
    .option("--prometheus <url>", `a running server; it has to scrape 127.0.0.1:${agreedPort}`, address)
    .option("--metrics-port <port>", "where the pods' metrics are (default: a free port)", port)
    .option("--port <port>", "the API of the embedded cluster (default: a free port)", port)
    .option("--gateway-port <port>", "the gateway in front of the pods (default: a free port)", port)
    .option("--film <file>", "write an SVG that plays the picture, as docs/demo.svg does")
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  try {
    command.parse(args, { from: "user" });
    return { is: "run", options: withDefaults(command.opts<Partial<Options>>()) };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { is: "print", text: printed.join(""), code: error.exitCode === 0 ? 0 : 2 };
  }
}

function withDefaults(given: Partial<Options>): Options {
  const {
    prometheus,
    metrics,
    port: api = 0,
    gatewayPort = 0,
    route = true,
    keep = false,
    fast = false,
  } = given;
  const { film, metricsPort = prometheus === undefined ? 0 : agreedPort } = given;
  const server = fast ? "embedded" : metrics;
  return { prometheus, metrics: server, metricsPort, port: api, gatewayPort, route, keep, fast, film };
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("It is a port: 0 to 65535.");
  return Number(text);
}

function address(text: string): string {
  if (!/^https?:\/\/[^/]/.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError("It is an address such as http://127.0.0.1:9090.");
  return text.replace(/\/+$/, "");
}
