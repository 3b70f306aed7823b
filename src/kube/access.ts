import { Agent as HttpAgent } from "node:http";
import { type AgentOptions, Agent as HttpsAgent, type RequestOptions } from "node:https";
import { isIP, connect as openPlain, type Socket } from "node:net";
import { createSecureContext, connect as openTls, type SecureContext } from "node:tls";
import { urlToHttpOptions } from "node:url";
import type { KubeConfig } from "@kubernetes/client-node";
import { Wire } from "./wire.ts";

/** What `KubeConfig` is asked for. */
export type Credentials = Pick<KubeConfig, "applyToHTTPSOptions" | "getCurrentCluster">;

/** What every request to the API server carries. */
export interface Entry {
  readonly agent: HttpAgent;
  /** The direct way, for requests whose answer is wanted as a whole; undefined behind a proxy. */
  readonly wire?: Wire | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** The way to the API server: its address, and the credentials of the moment. */
export interface Access {
  readonly server: URL;
  /** Resolves to agent and headers; tokens are looked up again every 30 s, or at once after `forget`. */
  entry(): Promise<Entry>;
  /** Called when the server refused the credentials. */
  forget(): void;
  close(): void;
}

type Tls = Pick<AgentOptions, "ca" | "cert" | "key" | "passphrase" | "servername" | "rejectUnauthorized">;

/** Files and tokens may change under a running process; plugins and files are asked again after this time. */
const lookUpAgainMillis = 30_000;

/**
 * Access by a kubeconfig. `KubeConfig` knows all ways to authenticate, but opens a connection for every
 * request: so one kept-alive agent is made from what it says, and made anew only when certificates change.
 * Proxy variables of the environment apply unless the server is on this host.
 */
export function accessOf(config: Credentials, now: () => number = () => performance.now()): Access {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig has no current cluster");
  const server = new URL(cluster.server);
  const isDirect = !cluster.proxyUrl && (isLocal(server) || !namesProxy(process.env));
  let agent: HttpAgent | undefined;
  let wire: Wire | undefined;
  let made = "";
  let known: { readonly at: number; readonly entry: Promise<Entry> } | undefined;

  async function look(): Promise<Entry> {
    const options: RequestOptions = {};
    await applied(config, options);
    const tls = tlsOf(options);
    const wanted = textOf(tls);
    if (agent === undefined || made !== wanted) {
      agent?.destroy();
      wire?.close();
      agent = cluster?.proxyUrl ? keptAlive(options.agent) : agentFor(server, tls);
      wire = isDirect ? new Wire(connecting(server, tls)) : undefined;
      made = wanted;
    }
    return { agent, wire, headers: headersOf(options) };
  }

  return {
    server,
    entry() {
      if (known === undefined || now() - known.at > lookUpAgainMillis) {
        const entry = look();
        const mine = { at: now(), entry };
        known = mine;
        entry.catch(() => {
          if (known === mine) known = undefined;
        });
      }
      return known.entry;
    },
    forget: () => (known = undefined),
    close() {
      agent?.destroy();
      wire?.close();
    },
  };
}

/** `KubeConfig` refuses plain http servers unless told not to verify; there is nothing to verify on them. */
async function applied(config: Credentials, options: RequestOptions): Promise<void> {
  const cluster = config.getCurrentCluster();
  if (cluster?.server.startsWith("http:") && !cluster.skipTLSVerify)
    Object.assign(cluster, { skipTLSVerify: true });
  await config.applyToHTTPSOptions(options);
}

function tlsOf({ ca, cert, key, passphrase, servername, rejectUnauthorized }: RequestOptions): Tls {
  const all = { ca, cert, key, passphrase, servername, rejectUnauthorized };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** All of it as a text to compare; as JSON, a certificate would be a list of numbers. */
function textOf(tls: Tls): string {
  const said = Object.entries(tls).map(([name, value]) => [
    name,
    Buffer.isBuffer(value) ? value.toString("latin1") : value,
  ]);
  return JSON.stringify(said);
}

function headersOf({ headers = {}, auth }: RequestOptions): Record<string, string> {
  const said = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const basic = auth ? [["Authorization", `Basic ${Buffer.from(auth).toString("base64")}`] as const] : [];
  return Object.fromEntries([...said, ...basic]);
}

function isLocal({ hostname }: URL): boolean {
  return /^(localhost|127\.|\[::1\])/.test(hostname);
}

/** Whether proxy variables are set, whatever they leave out: `node:https` knows how to read them. */
function namesProxy(environment: Readonly<Record<string, string | undefined>>): boolean {
  return ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => environment[name]);
}

/** What opens a connection to the server. */
function connecting(server: URL, tls: Tls): () => Socket {
  const { hostname, port } = urlToHttpOptions(server);
  const host = hostname ?? "";
  const isPlain = server.protocol === "http:";
  const address = { host, port: Number(port ?? (isPlain ? 80 : 443)) };
  if (isPlain) return () => kept(openPlain(address));
  const {
    servername = isIP(host) === 0 ? host : undefined,
    rejectUnauthorized = true,
    ...certificates
  } = tls;
  const options = { ...address, rejectUnauthorized, ALPNProtocols: ["http/1.1"] };
  const named = servername === undefined ? options : { ...options, servername };
  let secureContext: SecureContext | undefined;
  return () => {
    secureContext ??= createSecureContext(certificates);
    return kept(openTls({ ...named, secureContext }));
  };
}

/** A connection that sends at once, and notices when the other side is gone. */
function kept(socket: Socket): Socket {
  return socket.setNoDelay(true).setKeepAlive(true, 30_000);
}

function agentFor(server: URL, tls: Tls): HttpAgent {
  const proxied = isLocal(server) ? {} : { proxyEnv: process.env };
  const options = { keepAlive: true, maxFreeSockets: 64, ...proxied };
  const agent = server.protocol === "http:" ? new HttpAgent(options) : new HttpsAgent({ ...options, ...tls });
  // All its connections go to one place; the name that it would work out for each request contains all
  // certificates.
  return Object.assign(agent, { getName: () => server.host });
}

/** The agents for a proxy named in the kubeconfig are made by `KubeConfig`, without keep-alive. */
function keptAlive(agent: RequestOptions["agent"]): HttpAgent {
  if (!(agent instanceof HttpAgent)) throw new Error("the kubeconfig gave no agent for its proxy");
  return Object.assign(agent, { keepAlive: true });
}
