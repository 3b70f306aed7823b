import type { KubeObject } from "../../../src/api/object.ts";
import { name, type Player } from "./player.ts";

interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds are read as their JSON is
  readonly [field: string]: any;
}

/** How a scenario ended, without what is never twice the same: times, uids, the namespace. */
export type Outcome = Readonly<Record<string, unknown>>;

const deploymentRef = { apiVersion: "apps/v1", kind: "Deployment", name };
const runs = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };
const ingresses = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
const routes = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };

/**
 * What stands in the namespace of a scenario: the Rollout's status, the sizes of the ReplicaSets, what
 * Services select, what routers carry, and how the analyses ended.
 */
export async function outcomeOf(user: Player): Promise<Outcome> {
  const { rollout, sets } = await user.look();
  const services = await user.list({ apiVersion: "v1", kind: "Service" });
  const deployment = await user.get(deploymentRef);
  const found = {
    status: rollout === undefined ? undefined : statusOf(rollout),
    annotations: rollout?.metadata.annotations,
    finalizers: rollout?.metadata.finalizers,
    sets,
    selectors: byName(services, ({ spec }) => spec.selector),
    runs: byName(await user.list(runs), ({ status }) => status?.phase),
    ingresses: byName(await user.list(ingresses), ({ metadata }) => metadata.annotations),
    routes: byName(await user.list(routes), ({ spec }) => spec.rules[0].backendRefs),
    deployment: (deployment as Loose | undefined)?.["spec"].replicas,
  };
  const text = JSON.stringify(found).replaceAll(user.namespace, "NAMESPACE");
  return JSON.parse(withoutSteps(text, deployment)) as Outcome;
}

/** In how many steps a Deployment is scaled down, and so its generation, is not always the same. */
function withoutSteps(text: string, deployment: KubeObject | undefined): string {
  const current = `"${deployment?.metadata.generation}"`;
  return text.replace(/("[\w./-]*workload-?\w*generation":)("\d+")/gi, (whole, key: string, value: string) =>
    value === current ? `${key}"current"` : whole,
  );
}

/** The status without times; conditions in the order of their names. */
function statusOf(rollout: KubeObject): unknown {
  const { conditions = [], duration, ...status } = (rollout["status"] ?? {}) as Loose;
  const { completionStatus } = (duration ?? {}) as Loose;
  const told = (conditions as Loose[])
    .map(({ type, status: is, reason, message }) => `${type} ${is} ${reason}: ${message}`)
    .toSorted();
  return JSON.parse(
    JSON.stringify({ ...status, conditions: told, completionStatus }, (key, value: unknown) =>
      /(At|Time)$/.test(key) ? undefined : value,
    ),
  );
}

function byName(objects: readonly KubeObject[], what: (object: Loose) => unknown): Outcome {
  return Object.fromEntries(objects.map((object) => [object.metadata.name, what(object)]));
}

/**
 * How a scenario ended, when it is the same twice in a row: counters may follow the pods a second later.
 */
export async function settledOutcome(user: Player): Promise<Outcome> {
  let last: Outcome = await outcomeOf(user);
  await user.comes("an end", async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const now = await outcomeOf(user);
    const same = JSON.stringify(now) === JSON.stringify(last);
    const lack = { last, now };
    last = now;
    return same ? undefined : lack;
  });
  return last;
}
