/** What a failed connection tells of itself. */
interface Fault {
  readonly code?: string;
  readonly syscall?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly cause?: unknown;
  /** One for each address of a name that was tried. */
  readonly errors?: readonly unknown[];
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  ECONNRESET: "connection reset by peer",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "temporary failure in name resolution",
  ETIMEDOUT: "i/o timeout",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ERR_FR_TOO_MANY_REDIRECTS: "stopped after 10 redirects",
};

/**
 * Why no answer came, in the words of the peer (`dial tcp 10.0.0.1:9090: connect: connection refused`); never
 * what was sent. A host is named as the address has it, so that a secret in it is still known as one.
 */
export function failureWords(error: unknown, url: string): string {
  if (!(error instanceof Error)) return "the request failed";
  const { code = "" } = error as Fault;
  if (error.message === "socket hang up") return "EOF";
  const reason = reasons[code] ?? error.message;
  const { syscall, address, port, hostname } = dialOf(error) ?? {};
  if (syscall === "getaddrinfo") return `dial tcp: lookup${writtenIn(url, hostname)}: ${reason}`;
  if (syscall !== "connect" || address === undefined) return reason;
  return `dial tcp ${address.includes(":") ? `[${address}]` : address}:${port}: ${reason}`;
}

function writtenIn(url: string, host = ""): string {
  const at = host === "" ? -1 : url.toLowerCase().indexOf(host.toLowerCase());
  return at < 0 ? "" : ` ${url.slice(at, at + host.length)}`;
}

/** Whether the same request may succeed a moment later. */
export function isConnectionFault(error: unknown): boolean {
  const { code = "" } = error as Fault;
  return ["ECONNREFUSED", "ECONNRESET", "EAI_AGAIN", "ETIMEDOUT", "EPIPE"].includes(code);
}

/** The attempt to connect, which the HTTP client wraps; the last one, where several addresses were tried. */
function dialOf(error: unknown): Fault | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { syscall, cause, errors } = error as Fault;
  if (syscall === "connect" || syscall === "getaddrinfo") return error as Fault;
  return dialOf(errors?.at(-1) ?? cause);
}
