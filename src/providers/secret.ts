import { Problem } from "../api/problem.ts";
import type { Asking } from "./provider.ts";

/**
 * The values of a Secret, by default one of the controller's namespace. They are hidden in everything that is
 * said about the measurement. Undefined when there is no such Secret.
 */
export async function secretIfAny(
  { client, surroundings, hide }: Asking,
  name: string,
  namespace: string = surroundings.namespace,
): Promise<ReadonlyMap<string, string> | undefined> {
  const secret = await client.get({ apiVersion: "v1", kind: "Secret", namespace, name });
  if (secret === undefined) return undefined;
  const data = (secret["data"] ?? {}) as Readonly<Record<string, string>>;
  const values = Object.entries(data).map(([key, value]) => [key, decoded(value)] as const);
  for (const [key, value] of values) if (isConfidential(key)) hide(value);
  return new Map(values);
}

/** The values of a Secret that must be there. Throws a `Problem` when it is not (analysis 6.1). */
export async function secretOf(asking: Asking, name: string): Promise<ReadonlyMap<string, string>> {
  const secret = await secretIfAny(asking, name);
  if (secret === undefined) throw new Problem(`secrets "${name}" not found`);
  return secret;
}

function decoded(value: string): string {
  return Buffer.from(value, "base64").toString("utf8");
}

/** Addresses, regions and names help to understand an error; everything else is hidden. */
function isConfidential(key: string): boolean {
  return !["address", "region", "org", "account-id", "base-url-rest", "base-url-nerdgraph"].includes(key);
}
