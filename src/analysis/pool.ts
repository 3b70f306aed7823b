import { isJson } from "../api/json.ts";
import type { Metric } from "./types.ts";

/**
 * What a metric shares its bound of simultaneous readings with: everything that asks the same host of the
 * same kind of provider. So a host that hangs delays only those who ask it too.
 */
export function poolOf({ provider }: Metric): string {
  const [key = "", given]: [string?, unknown?] =
    Object.entries(provider).find(([, value]) => isJson(value)) ?? [];
  const spec = key === "plugin" ? Object.values(provider.plugin ?? {})[0] : given;
  const address = isJson(spec) ? (spec["address"] ?? spec["url"]) : undefined;
  return typeof address === "string" && address !== "" ? `${key} ${hostOf(address)}` : key;
}

function hostOf(address: string): string {
  return /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(address)?.[1]?.replace(/^.*@/, "") ?? address;
}
