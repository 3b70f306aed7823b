import { accessOf } from "../kube/access.ts";
import { clientOf } from "../kube/client.ts";
import { loadConfig } from "../kube/config.ts";
import { Discovery } from "../kube/discovery.ts";
import { rateLimit } from "../kube/rate.ts";
import { transportOf } from "../kube/transport.ts";
import { measureWith } from "../providers/index.ts";
import { defaultOutbound } from "../providers/outbound.ts";
import type { Surroundings } from "../providers/provider.ts";
import type { Measure } from "../reconcile/measure.ts";
import type { Client } from "../reconcile/ports.ts";
import type { Flags } from "./flags.ts";

/** What measurements go to. */
export interface MeasuringOptions {
  readonly client: Client;
  readonly flags: Pick<Flags, "analysisDenyCidr" | "analysisAllowHost">;
  readonly surroundings: Surroundings;
  /** The cluster in which Jobs run, when it is another one. */
  readonly jobCluster?: Client | undefined;
}

/**
 * The port through which AnalysisRuns measure. What the flags deny is denied beside link-local addresses and
 * the API server, never instead of them.
 */
export function measuring({ client, flags, surroundings, jobCluster }: MeasuringOptions): Measure {
  const { denied } = defaultOutbound(surroundings.variables);
  const outbound = {
    denied: [...denied, ...flags.analysisDenyCidr],
    allowedHosts: flags.analysisAllowHost,
  };
  return measureWith({ client, surroundings, jobCluster, outbound });
}

/**
 * The cluster in which Jobs of analyses run, by `$ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG`: the file of a
 * kubeconfig, or `in-cluster`; undefined without it (analysis 6.4). Throws when the file cannot be used.
 */
export function jobClusterOf(
  variables: Surroundings["variables"],
  { qps, burst }: Pick<Flags, "qps" | "burst">,
  userAgent: string,
): Client | undefined {
  const { ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG: place = "" } = variables;
  if (place === "") return undefined;
  const { config } = loadConfig(place === "in-cluster" ? { inCluster: true } : { kubeconfig: place });
  const transport = transportOf({ access: accessOf(config), userAgent, limit: rateLimit(qps, burst) });
  return clientOf(transport, new Discovery(transport));
}
