import { ok } from "node:assert/strict";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { evaluateTime } from "../../src/analysis/expression/index.ts";
import type { MetricProvider, Prometheus } from "../../src/api/providers.ts";
import { instant } from "../../src/api/time.ts";
import { measureWith } from "../../src/providers/index.ts";
import type { Measured, MeasureTask } from "../../src/reconcile/measure.ts";
import { ApiError, type Client } from "../../src/reconcile/ports.ts";

export const now = instant("2024-05-01T12:00:00.500Z");

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server does with a request; a text or a reply is sent, `reset` and `hang` send nothing. */
export type Answer =
  | string
  | "reset"
  | "hang"
  | { readonly status?: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

/** A local server that answers from a script and remembers what it was asked. */
export async function serving<Result>(
  answer: (seen: Seen, count: number) => Answer,
  work: (address: string, seen: readonly Seen[]) => Promise<Result>,
): Promise<Result> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      const reply = answer(seen.at(-1) as Seen, seen.length);
      if (reply === "hang") return;
      if (reply === "reset") return void request.socket.resetAndDestroy();
      const {
        status = 200,
        body = "",
        headers: extra = {},
      } = typeof reply === "string" ? { body: reply } : reply;
      response.writeHead(status, extra).end(body);
    });
  });
  const address = await listening(server);
  try {
    return await work(address, seen);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

/** What a measurement may differ in. */
export interface Given {
  readonly provider: MetricProvider;
  readonly task?: MeasureTask;
  readonly variables?: Readonly<Record<string, string>>;
  /** Secrets of the controller's namespace, or of another one as `namespace/name`. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly interval?: string;
  readonly startedAt?: number;
  readonly client?: Partial<Client>;
  readonly signal?: AbortSignal;
}

/** Takes a measurement through the table of providers. */
export function measured(given: Given): Promise<Measured> {
  const { provider, task = { do: "run", number: 1 }, variables = {}, interval, startedAt, signal } = given;
  const client = { ...secretsOnly(given.secrets ?? {}), ...given.client } as Client;
  const measure = measureWith({ client, surroundings: { variables, namespace: "lotse" } });
  const run = { namespace: "ns", name: "run", uid: "0dc6a4a1-1111-2222-3333-444455556666" };
  return measure(
    {
      run: { ...run, ...(startedAt !== undefined && { startedAt: startedAt as typeof now }) },
      metric: { name: "m", provider, ...(interval !== undefined && { interval }) },
      task,
      now,
      timeOf: (expression) => evaluateTime(expression, now),
    },
    signal ?? new AbortController().signal,
  );
}

function secretsOnly(secrets: NonNullable<Given["secrets"]>): Pick<Client, "get"> {
  return {
    get: async ({ kind, namespace, name }) => {
      if (kind !== "Secret") throw new ApiError(403, "Forbidden", `${kind} is forbidden`);
      const texts = secrets[`${namespace}/${name}`] ?? (namespace === "lotse" ? secrets[name] : undefined);
      if (texts === undefined) return undefined;
      const encoded = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString("base64")]);
      return { apiVersion: "v1", kind: "Secret", metadata: { name }, data: Object.fromEntries(encoded) };
    },
  };
}

/** An answer of the Prometheus API. */
export const success = (resultType: string, result: unknown, more: object = {}) =>
  JSON.stringify({ status: "success", data: { resultType, result }, ...more });

/** Asks a server and returns what it saw. */
export async function question(
  spec: Prometheus,
  path = "",
  answer?: (seen: Seen) => Answer,
): Promise<readonly Seen[]> {
  return serving(
    (seen) => answer?.(seen) ?? success("scalar", [1, "1"]),
    async (address, seen) => {
      const told = await measured({ provider: { prometheus: { address: address + path, ...spec } } });
      ok(told.is === "value", JSON.stringify(told));
      return seen;
    },
  );
}
