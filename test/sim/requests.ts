import type { Case } from "./requests/case.ts";
import { changing } from "./requests/changing.ts";
import { creating } from "./requests/creating.ts";
import { deleting } from "./requests/deleting.ts";
import { listing } from "./requests/listing.ts";
import { network } from "./requests/network.ts";
import { widgetRules } from "./requests/widgetRules.ts";
import { workloads } from "./requests/workloads.ts";

/**
 * The table of requests that the embedded cluster and a real API server answer alike.
 */
export const cases: readonly Case[] = [
  ...creating,
  ...workloads,
  ...network,
  ...widgetRules,
  ...changing,
  ...deleting,
  ...listing,
];
