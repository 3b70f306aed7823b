/**
 * The first number that a query gives now; not a number when it gives none, or the server does not answer.
 */
export async function numberFrom(address: string, query: string): Promise<number> {
  try {
    const body = new URLSearchParams({ query });
    const reply = await fetch(`${address}/api/v1/query`, { method: "POST", body });
    if (!reply.ok) return Number.NaN;
    const { data } = (await reply.json()) as {
      readonly data?: { readonly result?: readonly { readonly value?: readonly unknown[] }[] };
    };
    return Number(data?.result?.[0]?.value?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}
