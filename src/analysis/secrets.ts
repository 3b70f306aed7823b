import { Problem } from "../api/problem.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";
import type { Argument } from "./types.ts";

/**
 * The values of the arguments that come from Secrets, by argument name. They are asked of the API server and
 * live in memory only. Throws a `Problem` for a Secret or key that is not there or may not be read (analysis
 * 2.4).
 */
export async function secretValues(
  client: Pick<Client, "get">,
  namespace: string,
  args: readonly Argument[],
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const { name, valueFrom } of args) {
    const ref = valueFrom?.secretKeyRef;
    if (ref !== undefined) values.set(name, await secretValue(client, namespace, ref.name, ref.key));
  }
  return values;
}

async function secretValue(
  client: Pick<Client, "get">,
  namespace: string,
  name: string,
  key: string,
): Promise<string> {
  const secret = await client.get({ apiVersion: "v1", kind: "Secret", namespace, name }).catch(forbidden);
  if (secret === undefined) throw new Problem(`secrets "${name}" not found`);
  const data = (secret["data"] ?? {}) as Readonly<Record<string, string>>;
  const value = data[key];
  if (value === undefined) throw new Problem(`key '${key}' does not exist in secret '${name}'`);
  return Buffer.from(value, "base64").toString("utf8");
}

/** What the user has to allow is a problem; any other failure is one of the moment. */
function forbidden(error: unknown): never {
  throw error instanceof ApiError && error.code === 403 ? new Problem(error.message) : error;
}
