import type { Kind } from "../reconcile/kind.ts";
import type { Client, Clock, Recorder, Witness } from "../reconcile/ports.ts";
import { deploymentKind } from "./controllers/deployment.ts";
import { endpointSliceKind } from "./controllers/endpointSlice.ts";
import { jobKind } from "./controllers/job.ts";
import { endpointSliceRef } from "./controllers/kinds.ts";
import { replicaSetKind } from "./controllers/replicaSet.ts";
import type { Source } from "./feed.ts";
import { type PodModel, podKind } from "./pods.ts";
import { Process } from "./process.ts";

/** What a cluster has besides its API server. */
export interface BuiltInOptions {
  readonly clock: Clock;
  readonly client: Client;
  readonly source: Source;
  readonly pods: PodModel;
  /** The node that pods are placed on, so that they end with grace; without one they vanish when deleted. */
  readonly node?: string | undefined;
  /** Whether Services get EndpointSlices. Default false: nothing but a data plane reads them. */
  readonly endpoints?: boolean | undefined;
  /** Told of what goes wrong. */
  readonly witness: Witness;
}

const silent: Recorder = { record: () => {} };

/** Starts the controllers of ReplicaSets, Deployments and Jobs, and the model of pods. */
export function startBuiltIns({ pods, node, endpoints = false, ...ports }: BuiltInOptions): Process {
  const kinds: Kind[] = [replicaSetKind({ node }), deploymentKind, jobKind({ node }), podKind(pods)];
  if (endpoints) kinds.push(endpointSliceKind);
  const shapes = endpoints ? [{ kind: endpointSliceRef }] : [];
  return new Process({ ...ports, kinds, shapes, recorder: silent, workers: 4 });
}
