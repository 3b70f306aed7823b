import type { Socket } from "node:net";
import { type Answer, AnswerReader } from "./answer.ts";

/** A request as it goes over the wire. */
export interface Message {
  /** The head, with the empty line at its end, and the body. */
  readonly text: string;
  /** Milliseconds until the answer must be complete. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** A kept-alive connection turned out to be closed when it was used again: the request can go once more. */
export class StaleConnection extends Error {}

/** Connections that wait for a request; more are closed. */
const mostWaiting = 64;

/**
 * HTTP/1.1 over kept-alive connections, one request at a time on each: what `node:https` does too, at a
 * quarter of its CPU time (docs/decisions/own-http.md).
 */
export class Wire {
  readonly #connect: () => Socket;
  readonly #all = new Set<Connection>();
  readonly #waiting: Connection[] = [];

  constructor(connect: () => Socket) {
    this.#connect = connect;
  }

  /** Sends a request; rejects when no complete answer comes. */
  async ask(message: Message): Promise<Answer> {
    message.signal?.throwIfAborted();
    const connection = this.#waiting.pop() ?? this.#open();
    const answer = await connection.ask(message);
    if (answer.staysOpen && this.#all.has(connection) && this.#waiting.length < mostWaiting)
      this.#waiting.push(connection);
    else connection.destroy();
    return answer;
  }

  /** Ends all connections. */
  close(): void {
    for (const connection of this.#all) connection.destroy();
  }

  #open(): Connection {
    const connection: Connection = new Connection(this.#connect(), () => {
      this.#all.delete(connection);
      const index = this.#waiting.indexOf(connection);
      if (index !== -1) this.#waiting.splice(index, 1);
    });
    this.#all.add(connection);
    return connection;
  }
}

/** A request under way. */
interface Open {
  readonly reader: AnswerReader;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection, and the request that it carries. It keeps the process alive only while it carries one. */
class Connection {
  readonly #socket: Socket;
  #open: Open | undefined;
  #error: Error | undefined;
  /** How many requests it has carried before, and whether anything has come for this one. */
  #carried = 0;
  #hasHeard = false;

  constructor(socket: Socket, closed: () => void) {
    this.#socket = socket;
    socket.on("data", (piece: Buffer) => this.#take(() => this.#heard(piece)));
    socket.on("error", (error) => {
      this.#error ??= error;
    });
    socket.once("close", () => {
      closed();
      this.#take(() => this.#open?.reader.end());
      this.#fail(this.#error ?? new Error(closedEarly(this.#hasHeard)));
    });
  }

  async ask({ text, timeout, signal }: Message): Promise<Answer> {
    const late = () => (this.#hasHeard ? "answer incomplete after" : "no answer within");
    const giveUp = () => this.destroy(new Error(`${late()} ${timeout / 1_000} s`));
    const abort = () =>
      this.destroy(new Error("nobody wants the answer any more", { cause: signal?.reason }));
    const timer = setTimeout(giveUp, timeout);
    signal?.addEventListener("abort", abort, { once: true });
    this.#hasHeard = false;
    this.#socket.ref();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        this.#open = { reader: new AnswerReader(), resolve, reject };
        this.#socket.write(text);
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#socket.unref();
      this.#carried += 1;
    }
  }

  destroy(error?: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  #heard(piece: Buffer): Answer | undefined {
    this.#hasHeard = true;
    if (this.#open === undefined) throw new Error("the server sent something that nobody asked for");
    return this.#open.reader.take(piece);
  }

  /** Ends the request when its answer is complete, and the connection when it makes no sense. */
  #take(read: () => Answer | undefined): void {
    try {
      const answer = read();
      if (answer === undefined) return;
      const { resolve } = this.#open ?? {};
      this.#open = undefined;
      resolve?.(answer);
    } catch (error) {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    const isStale = this.#carried > 0 && !this.#hasHeard && wasClosed(error);
    this.#open?.reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
    this.#open = undefined;
  }
}

const closedBefore = "the connection was closed before the answer";

function closedEarly(hasHeard: boolean): string {
  return hasHeard ? "the connection was closed in the middle of the answer" : closedBefore;
}

/** Whether the other side had closed the connection. */
function wasClosed({ message, code }: NodeJS.ErrnoException): boolean {
  return message === closedBefore || code === "ECONNRESET" || code === "EPIPE";
}
