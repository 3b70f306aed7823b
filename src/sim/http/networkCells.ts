import type { KubeObject } from "../../api/object.ts";
import { jsonOf, listOf, valueAt } from "../json.ts";

/** The external addresses of a Service. */
export function addressesOf(service: KubeObject): string {
  const { type, externalIPs, externalName } = jsonOf(service["spec"]);
  const fixed = listOf(externalIPs).map(String);
  if (type === "ExternalName") return String(externalName);
  if (type !== "LoadBalancer") return fixed.join(",") || "<none>";
  const given = listOf(valueAt(service, ["status", "loadBalancer", "ingress"])).map(jsonOf);
  const all = [...given.map(({ ip, hostname }) => String(ip ?? hostname)), ...fixed];
  return all.join(",") || "<pending>";
}

/** The ports of a Service: `80/TCP`, `80:30080/TCP`. */
export function portsText(service: KubeObject): string {
  const ports = listOf(valueAt(service, ["spec", "ports"])).map(jsonOf);
  const shown = ports.map(({ port, nodePort, protocol }) => {
    const node = nodePort === undefined ? "" : `:${String(nodePort)}`;
    return `${String(port)}${node}/${String(protocol)}`;
  });
  return shown.join(",") || "<none>";
}

/** The hosts of an Ingress; all of them when a rule names none. */
export function hostsOf(ingress: KubeObject): string {
  const hosts = listOf(valueAt(ingress, ["spec", "rules"])).map((rule) => jsonOf(rule)["host"]);
  return limited(hosts.filter((host) => host !== undefined).map(String), 3, "*");
}

/** The addresses and ports of Endpoints. */
export function endpointsText(endpoints: KubeObject): string {
  const found = listOf(endpoints["subsets"])
    .map(jsonOf)
    .flatMap((subset) => {
      const ports = listOf(subset["ports"]).map((port) => String(jsonOf(port)["port"]));
      return listOf(subset["addresses"]).flatMap((address) => {
        const ip = String(jsonOf(address)["ip"]);
        return ports.length === 0 ? [ip] : ports.map((port) => `${ip}:${port}`);
      });
    });
  return limited(found, 3, "<none>");
}

/** The ports of an EndpointSlice. */
export function slicePorts(slice: KubeObject): string {
  return limited(
    listOf(slice["ports"]).map((port) => String(jsonOf(port)["port"] ?? "*")),
    3,
    "<unset>",
  );
}

/** The addresses of an EndpointSlice. */
export function sliceEndpoints(slice: KubeObject): string {
  const addresses = listOf(slice["endpoints"]).flatMap((endpoint) =>
    listOf(jsonOf(endpoint)["addresses"]).map(String),
  );
  return limited(addresses, 3, "<unset>");
}

function limited(texts: readonly string[], most: number, none: string): string {
  if (texts.length === 0) return none;
  const rest = texts.length - most;
  return texts.slice(0, most).join(",") + (rest > 0 ? ` + ${rest} more...` : "");
}
