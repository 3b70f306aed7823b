import type { KubeObject } from "../api/object.ts";
import { eventReason } from "../api/reasons.ts";
import type { AlbStatus } from "../api/rolloutStatus.ts";
import type { AlbRouting } from "../api/trafficRouting.ts";
import type { EventNote } from "../reconcile/effect.ts";
import type { LoadBalancer, TargetGroup } from "../reconcile/loadBalancers.ts";
import { listIn, textIn } from "./fields.ts";
import type { Wanted } from "./router.ts";
import { fixedSides, pingPongSides, sharesOf } from "./shares.ts";

/** An Ingress and the names of its load balancers. */
export interface IngressHosts {
  readonly ingress: string;
  readonly hosts: readonly string[];
}

/** What AWS says of one of these names; undefined when it knows no such load balancer. */
export interface BalancerSeen {
  readonly ingress: string;
  readonly host: string;
  readonly balancer: LoadBalancer | undefined;
}

/** Whether AWS carries the weights that the Ingresses ask for, and what is to be told of it. */
export interface Judged {
  readonly verified: boolean;
  readonly events: readonly EventNote[];
  /** One for each Ingress whose load balancer was found. */
  readonly albs: readonly AlbStatus[];
}

/** The load balancers that AWS has made for Ingresses, by their names in the status. */
export function hostsOf(objects: readonly (KubeObject | undefined)[]): readonly IngressHosts[] {
  return objects.flatMap((ingress) => {
    if (ingress === undefined) return [];
    const entries = listIn(ingress, "status", "loadBalancer", "ingress");
    const hosts = entries.map((entry) => textIn(entry, "hostname") ?? "").filter((host) => host !== "");
    return [{ ingress: ingress.metadata.name, hosts }];
  });
}

/**
 * Compares the weights of the target groups with those that are wanted (traffic-cli-ops 2.2.5): every load
 * balancer of every Ingress must have them, and every Ingress must have one.
 */
export function judged(
  config: AlbRouting,
  ingresses: readonly IngressHosts[],
  seen: readonly BalancerSeen[],
  wanted: Wanted,
): Judged {
  const verdicts = seen.map((one) => judgedOne(config, one, wanted));
  const complete = ingresses.length > 0 && ingresses.every(({ hosts }) => hosts.length > 0);
  const byIngress = new Map(
    verdicts.flatMap(({ alb }) => (alb === undefined ? [] : [[alb.ingress, alb] as const])),
  );
  return {
    verified: complete && verdicts.every(({ verified }) => verified),
    events: verdicts.flatMap(({ events }) => events),
    albs: [...byIngress.values()],
  };
}

interface JudgedOne {
  readonly verified: boolean;
  readonly events: readonly EventNote[];
  readonly alb: AlbStatus | undefined;
}

function judgedOne(config: AlbRouting, { ingress, host, balancer }: BalancerSeen, wanted: Wanted): JudgedOne {
  if (balancer === undefined) {
    const message = `Failed to find load balancer: ${host}`;
    return { verified: false, events: [warning(eventReason.loadBalancerNotFound, message)], alb: undefined };
  }
  const { canary, stable } = pingPongSides(wanted) ?? fixedSides(wanted);
  const groupOf = (service: string) => {
    const resource = `${wanted.namespace}/${ingress}-${service}:${config.servicePort}`;
    return balancer.targetGroups.find((group) => group.resource === resource);
  };
  const shares = sharesOf(wanted, 100);
  const expected = [{ service: canary, weight: shares.canary }, ...shares.additional];
  const checks = expected.map(({ service, weight }) => compared(service, groupOf(service), weight));
  const canaryGroup = groupOf(canary);
  const stableGroup = groupOf(stable);
  return {
    verified: checks.every((check) => check?.type === "Normal"),
    events: checks.filter((check) => check !== undefined),
    alb: {
      ingress,
      loadBalancer: resourceOf(balancer, 2),
      ...(canaryGroup === undefined ? {} : { canaryTargetGroup: resourceOf(canaryGroup, 1) }),
      ...(stableGroup === undefined ? {} : { stableTargetGroup: resourceOf(stableGroup, 1) }),
    },
  };
}

/** What is told of a target group; undefined when AWS has none for the Service yet. */
function compared(service: string, group: TargetGroup | undefined, wanted: number): EventNote | undefined {
  if (group === undefined) return undefined;
  const { arn, weight = 0 } = group;
  const about = `Service ${service} (TargetGroup ${arn})`;
  if (weight === wanted) {
    const message = `${about} verified: canary weight ${wanted} set`;
    return { type: "Normal", reason: eventReason.targetGroupVerified, message };
  }
  const how = `canary weight ${wanted} not yet set (current: ${weight})`;
  return warning(eventReason.targetGroupUnverified, `${about} not verified: ${how}`);
}

/** A full name is what the ARN says from its n-th part on. */
function resourceOf({ name, arn }: { readonly name: string; readonly arn: string }, from: number) {
  return { name, arn, fullName: arn.split("/").slice(from).join("/") };
}

function warning(reason: string, message: string): EventNote {
  return { type: "Warning", reason, message };
}
