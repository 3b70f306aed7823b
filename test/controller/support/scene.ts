import type { TestContext } from "node:test";
import type { KindRef, KubeObject } from "../../../src/api/object.ts";
import { readFlags } from "../../../src/controller/flags.ts";
import { type Controller, type ControllerOptions, startController } from "../../../src/controller/start.ts";
import type { Table } from "../../../src/controller/table.ts";
import { wallClock } from "../../../src/controller/wallClock.ts";
import type { Kind } from "../../../src/reconcile/kind.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { ApiServer } from "../../kube/support/apiServer.ts";

export const widget: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
export const gate: KindRef = { apiVersion: "example.com/v1", kind: "Gate" };
export const pathOf = (name: string): string => `/apis/argoproj.io/v1alpha1/namespaces/ns/rollouts/${name}`;
export const lease =
  "/apis/coordination.k8s.io/v1/namespaces/argo-rollouts/leases/argo-rollouts-controller-lock";
export const made = (name: string, spec: object = {}): KubeObject => ({
  ...widget,
  metadata: { namespace: "ns", name },
  spec,
});

interface Seen {
  readonly object: KubeObject;
  readonly gates: number;
}

/** A kind that writes how many gates there are into `spec.seen`, and says so in an event. */
const tiny: Kind<Seen> = {
  name: "rollout",
  of: widget,
  wokenBy: [],
  uses: (object) => ((object["spec"] as { gate?: boolean }).gate ? [gate] : []),
  async observe(key, { cache }) {
    const object = cache.get({ ...widget, namespace: "ns", name: key.slice(3) });
    return object && { object, gates: cache.list(gate).length };
  },
  decide({ object, gates }) {
    const spec = object["spec"] as { seen?: number };
    if (spec.seen === gates) return { effects: [] };
    const ref = { ...widget, namespace: "ns", name: object.metadata.name };
    const event = { type: "Normal", reason: "Seen", message: `seen ${gates}` } as const;
    return {
      effects: [
        { do: "patch", ref, type: "merge", body: { spec: { ...spec, seen: gates } }, why: "count", event },
      ],
    };
  },
  wokenByUsed: (kind) => ({
    kind,
    keys: (_gate, cache) => cache.list(widget).map((o) => `ns/${o.metadata.name}`),
  }),
};
export const table: Table = {
  kinds: [
    {
      kind: tiny,
      workers: 2,
      greeting: ({ spec, metadata }) =>
        (spec as { seen?: number }).seen === undefined
          ? { type: "Normal", reason: "New", message: `${metadata.name} is new` }
          : undefined,
      farewell: ({ metadata }) => ({ type: "Normal", reason: "Gone", message: `${metadata.name} is gone` }),
    },
  ],
  shapes: [
    { kind: { apiVersion: "apps/v1", kind: "ReplicaSet" }, labelSelector: "hash", always: true },
    {
      kind: { apiVersion: "argoproj.io/v1alpha1", kind: "ClusterAnalysisTemplate" },
      always: true,
      scope: "cluster",
    },
    { kind: gate },
  ],
};

export const ownNamespace = "/api/v1/namespaces/argo-rollouts";

export interface Scene {
  readonly server: ApiServer;
  readonly lines: string[];
  readonly start: (...args: string[]) => Promise<Controller>;
}

/** An API server and controllers; `tableFor` may give them another table. */
export async function setUp(
  t: TestContext,
  tableFor: (...given: Parameters<ControllerOptions["table"]>) => Table | undefined = () => undefined,
): Promise<Scene> {
  const server = await ApiServer.start();
  server.put(ownNamespace, { apiVersion: "v1", kind: "Namespace", metadata: { name: "argo-rollouts" } });
  const lines: string[] = [];
  const running: Controller[] = [];
  t.after(async () => {
    for (const controller of running) controller.stop();
    await Promise.all(running.map((controller) => controller.ended));
    await server.close();
  });
  const start = async (...args: string[]): Promise<Controller> => {
    const line = readFlags(["--metricsPort=0", "--healthzPort=0", ...args], "1.2.3");
    if (line.is === "print") throw new Error(line.text);
    const controller = await startController({
      flags: line.flags,
      build: { version: "1.2.3", commit: "abc" },
      access: server.access(),
      namespace: "ns",
      clock: wallClock,
      log: createLog({ level: "debug", format: "text", write: (text) => lines.push(text) }),
      table: (...given) => tableFor(...given) ?? table,
      matches: () => false,
      pace: { first: 1, most: 5, missing: 5 },
    });
    running.push(controller);
    return controller;
  };
  return { server, lines, start };
}

export const holderOf = (server: ApiServer): string | undefined =>
  (server.at(lease)?.["spec"] as { holderIdentity: string } | undefined)?.holderIdentity;

export const seen = (server: ApiServer, name: string): number | undefined =>
  (server.at(pathOf(name))?.["spec"] as { seen?: number } | undefined)?.seen;
