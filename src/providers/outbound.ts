import { type LookupAddress, type LookupOptions, lookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Problem } from "../api/problem.ts";

/** Where providers may not go: whoever writes a template decides what the controller asks. */
export interface OutboundRules {
  /** Networks such as `169.254.0.0/16` or single addresses. */
  readonly denied: readonly string[];
  /** Hosts that are asked whatever their address: `prometheus.internal`, `*.monitoring.svc`. */
  readonly allowedHosts: readonly string[];
}

/** What the rules say of hosts and of the addresses that their names stand for. */
export interface Outbound {
  /** Why a host that is written as an address may not be asked; undefined when it may, or is a name. */
  refusal(host: string): string | undefined;
  /** Finds the addresses of a name that may be asked; an error when none may. */
  readonly lookup: LookupFunction;
}

/** Link-local addresses, where clouds keep their credentials, and the API server itself. */
export function defaultOutbound(variables: Readonly<Record<string, string | undefined>>): OutboundRules {
  const { KUBERNETES_SERVICE_HOST: server = "" } = variables;
  return {
    denied: ["169.254.0.0/16", "fe80::/10", ...(isIP(server) === 0 ? [] : [server])],
    allowedHosts: [],
  };
}

/** Reads the rules. Throws a `Problem` for a network that is none. */
export function outboundOf({ denied, allowedHosts }: OutboundRules): Outbound {
  const list = new BlockList();
  for (const network of denied) add(list, network);
  const isDenied = (address: string) => {
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
    return list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
  };
  const isAllowed = (host: string) => allowedHosts.some((pattern) => matches(host.toLowerCase(), pattern));
  return {
    refusal(host) {
      const address = host.replace(/^\[(.*)\]$/, "$1");
      const refused = isIP(address) !== 0 && !isAllowed(address) && isDenied(address);
      return refused ? refusalOf(address) : undefined;
    },
    lookup: lookupWith((host, address) => isAllowed(host) || !isDenied(address)),
  };
}

function add(list: BlockList, network: string): void {
  const [address = "", prefix] = network.split("/");
  const kind = isIP(address);
  const bits = prefix === undefined ? (kind === 6 ? 128 : 32) : Number(prefix);
  if (kind === 0 || !Number.isInteger(bits) || bits < 0 || bits > (kind === 6 ? 128 : 32)) {
    throw new Problem(`"${network}" is no network; write it as 10.0.0.0/8 or fd00::/8`);
  }
  list.addSubnet(address, bits, kind === 6 ? "ipv6" : "ipv4");
}

function matches(host: string, pattern: string): boolean {
  const wanted = pattern.toLowerCase();
  return wanted.startsWith("*.") ? host.endsWith(wanted.slice(1)) : host === wanted;
}

function lookupWith(mayAsk: (host: string, address: string) => boolean): LookupFunction {
  return (host, options, done) => {
    lookup(host, { ...options, all: true } as LookupOptions & { all: true }, (error, addresses) => {
      if (error !== null) return done(error, "");
      const open = addresses.filter(({ address }) => mayAsk(host, address));
      const [first] = open;
      if (first === undefined) return done(new Error(refusalOf(addresses[0]?.address ?? host)), "");
      if (options.all === true) return (done as (error: null, all: LookupAddress[]) => void)(null, open);
      done(null, first.address, first.family);
    });
  };
}

function refusalOf(address: string): string {
  return `the address ${address} may not be asked by providers`;
}
