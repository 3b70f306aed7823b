/** A complete answer of an HTTP/1.1 server. */
export interface Answer {
  readonly status: number;
  /** The header `retry-after`. */
  readonly retryAfter: string | undefined;
  readonly text: string;
  /** Whether the connection can carry another request. */
  readonly staysOpen: boolean;
}

/** What the head of an answer says. */
interface Head {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Where the body ends. */
  readonly body: "none" | "length" | "chunks" | "close";
  readonly length: number;
  readonly staysOpen: boolean;
}

const endOfLine = "\r\n";
const endOfHead = "\r\n\r\n";
const longestHead = 65_536;
const nothing = Buffer.alloc(0);

/**
 * Reads one answer from the pieces in which it comes (RFC 9112). Throws when it is no HTTP/1.1, or when more
 * comes than was announced.
 */
export class AnswerReader {
  /** What has come and is not read yet. */
  #open: Buffer = nothing;
  #head: Head | undefined;
  readonly #body: Buffer[] = [];
  /** Bytes of the body, or of its open chunk, that are still to come. */
  #missing = 0;
  #wasLastChunk = false;

  /** Takes in a piece; returns the answer when it is complete. */
  take(piece: Buffer): Answer | undefined {
    this.#open = this.#open.length === 0 ? piece : Buffer.concat([this.#open, piece]);
    this.#head ??= this.#readHead();
    if (this.#head === undefined || !this.#hasBody(this.#head)) return undefined;
    if (this.#open.length > 0) throw new Error("the server sent more than its answer");
    return this.#answer(this.#head);
  }

  /** The connection was closed; returns the answer when that is how it ends. */
  end(): Answer | undefined {
    return this.#head?.body === "close" ? this.#answer(this.#head) : undefined;
  }

  /** The first head that is not about an answer yet to come (1xx). */
  #readHead(): Head | undefined {
    for (;;) {
      const end = this.#open.indexOf(endOfHead);
      if (end > longestHead || (end === -1 && this.#open.length > longestHead))
        throw new Error("the head of the answer is too long");
      if (end === -1) return undefined;
      const head = headOf(this.#open.toString("latin1", 0, end));
      this.#open = this.#open.subarray(end + endOfHead.length);
      if (head.status >= 200) {
        this.#missing = head.body === "close" ? Number.POSITIVE_INFINITY : head.length;
        return head;
      }
    }
  }

  #hasBody({ body }: Head): boolean {
    return body === "chunks" ? this.#readChunks() : this.#readBytes();
  }

  /** Takes what is missing from what has come; whether nothing is missing any more. */
  #readBytes(): boolean {
    if (this.#missing > 0 && this.#open.length > 0) {
      const taken = this.#open.subarray(0, Math.min(this.#missing, this.#open.length));
      this.#body.push(taken);
      this.#missing -= taken.length;
      this.#open = this.#open.subarray(taken.length);
    }
    return this.#missing === 0;
  }

  #readChunks(): boolean {
    while (this.#readBytes()) {
      const line = this.#readLine();
      if (line === undefined) return false;
      if (line === "") {
        if (this.#wasLastChunk) return true;
      } else if (!this.#wasLastChunk) {
        this.#missing = sizeOf(line);
        this.#wasLastChunk = this.#missing === 0;
      }
    }
    return false;
  }

  #readLine(): string | undefined {
    const end = this.#open.indexOf(endOfLine);
    if (end === -1) return undefined;
    const line = this.#open.toString("latin1", 0, end);
    this.#open = this.#open.subarray(end + endOfLine.length);
    return line;
  }

  #answer({ status, retryAfter, staysOpen }: Head): Answer {
    const [only = nothing, ...more] = this.#body;
    const text = (more.length === 0 ? only : Buffer.concat(this.#body)).toString();
    return { status, retryAfter, text, staysOpen };
  }
}

function headOf(text: string): Head {
  const [first = "", ...lines] = text.split(endOfLine);
  const [, minor, code] = /^HTTP\/1\.([01]) (\d{3})/.exec(first) ?? [];
  if (code === undefined) throw new Error(`this is no HTTP/1.1: ${first.slice(0, 100)}`);
  const fields = new Map<string, string>();
  for (const line of lines) {
    const end = line.indexOf(":");
    fields.set(line.slice(0, end).toLowerCase(), line.slice(end + 1).trim());
  }
  const status = Number(code);
  const body = bodyOf(status, fields);
  const connection = fields.get("connection")?.toLowerCase() ?? (minor === "1" ? "keep-alive" : "close");
  return {
    status,
    retryAfter: fields.get("retry-after"),
    body,
    length: body === "length" ? lengthOf(fields.get("content-length") ?? "") : 0,
    staysOpen: connection !== "close" && body !== "close",
  };
}

function bodyOf(status: number, fields: ReadonlyMap<string, string>): Head["body"] {
  if (status === 204 || status === 304) return "none";
  if (fields.get("transfer-encoding")?.toLowerCase().endsWith("chunked")) return "chunks";
  return fields.has("content-length") ? "length" : "close";
}

function lengthOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`this is no content-length: ${text.slice(0, 100)}`);
  return Number(text);
}

/** The size of a chunk; extensions follow a semicolon. */
function sizeOf(line: string): number {
  const [, digits] = /^([0-9a-fA-F]{1,8})[ \t]*(?:;|$)/.exec(line) ?? [];
  if (digits === undefined) throw new Error(`this is no chunk: ${line.slice(0, 100)}`);
  return Number.parseInt(digits, 16);
}
