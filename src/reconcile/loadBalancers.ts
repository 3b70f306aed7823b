/** A target group of a load balancer, as AWS knows it. */
export interface TargetGroup {
  readonly arn: string;
  readonly name: string;
  /** What it was made for, as its tag says: `namespace/ingress-service:port`. */
  readonly resource: string;
  /** Its weight in the rules of the listeners; undefined when no rule forwards to it. */
  readonly weight: number | undefined;
}

/** A load balancer and its target groups. */
export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly targetGroups: readonly TargetGroup[];
}

/** The port to the load balancers of AWS. Every method rejects when AWS does not answer as it should. */
export interface LoadBalancers {
  /** The load balancer with exactly this DNS name; undefined when there is none. */
  find(host: string, signal: AbortSignal): Promise<LoadBalancer | undefined>;
  /** The targets that are registered in a target group, `address:port`, healthy or not. */
  targetsOf(arn: string, signal: AbortSignal): Promise<ReadonlySet<string>>;
}
