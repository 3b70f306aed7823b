import { label } from "../../../src/api/labels.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import type { Change, Gap } from "./chronicle.ts";

/** What must hold in a namespace: how many available pods there always are, in sum of all ReplicaSets. */
export interface Promised {
  readonly floor: number;
}

interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: objects of many kinds are read as their JSON is
  readonly [field: string]: any;
}

/** The objects of one namespace at one version, by kind and name. */
type State = Map<string, KubeObject>;

/**
 * What the chronicle shows that must never be, in words; empty when all is well. Once the floor was reached:
 * the available pods of all ReplicaSets are at least as many, those of the one that blue-green's active
 * Service selects as well, and no weight above 0 leads to a Service without available pods. States in which
 * something may be unknown are left out.
 */
export function breaches(
  { changes, gaps }: { readonly changes: readonly Change[]; readonly gaps: readonly Gap[] },
  promises: ReadonlyMap<string, Promised>,
): readonly string[] {
  const states = new Map<string, State>();
  const watched = new Map([...promises].map(([namespace, { floor }]) => [namespace, new Watched(floor)]));
  const found: string[] = [];
  for (const [at, { version, kind, namespace, name, object }] of changes.entries()) {
    const one = watched.get(namespace);
    if (one === undefined) continue;
    const state = states.get(namespace) ?? new Map<string, KubeObject>();
    states.set(namespace, state);
    if (object === undefined) state.delete(`${kind}/${name}`);
    else state.set(`${kind}/${name}`, object);
    const isWhole = changes[at + 1]?.version !== version; // a list has many objects of one version
    if (!isWhole || gaps.some(({ after, until }) => version > after && version < until)) continue;
    found.push(...one.look(state).map((what) => `${namespace} at ${version} (${kind} ${name}): ${what}`));
  }
  return found;
}

/** How many states of a namespace the chronicle has; a test that saw nothing proves nothing. */
export function statesOf(changes: readonly Change[], namespace: string): number {
  return changes.filter((change) => change.namespace === namespace).length;
}

/** One namespace while its history is read. */
class Watched {
  readonly #floor: number;
  #reached = false;
  #activeReached = false;

  constructor(floor: number) {
    this.#floor = floor;
  }

  look(state: State): readonly string[] {
    const missing = [...this.#pods(state), ...this.#active(state)];
    return this.#reached ? [...missing, ...weights(state)] : []; // before, routers have what the user wrote
  }

  #pods(state: State): readonly string[] {
    const all = available(state, () => true);
    this.#reached ||= all >= this.#floor;
    return this.#reached && all < this.#floor ? [`${all} of ${this.#floor} pods are available`] : [];
  }

  #active(state: State): readonly string[] {
    const service = rolloutIn(state)?.["spec"]?.strategy?.blueGreen?.activeService;
    if (service === undefined) return [];
    const pods = behind(state, service);
    this.#activeReached ||= pods >= this.#floor;
    if (!this.#activeReached || pods >= this.#floor) return [];
    return [`${pods} of ${this.#floor} pods are available behind ${service}`];
  }
}

/** Traffic that goes where nobody answers. */
function weights(state: State): readonly string[] {
  const { stableService, canaryService } = rolloutIn(state)?.["spec"]?.strategy?.canary ?? {};
  const found = weightsIn(state, stableService, canaryService);
  return [...found]
    .filter(([service, weight]) => weight > 0 && behind(state, service) === 0)
    .map(([service, weight]) => `${weight} % go to ${service}, which has no available pod`);
}

/** The weights of the two Services, by the canary Ingress of nginx or by the HTTPRoute. */
function weightsIn(state: State, stable = "", canary = ""): ReadonlyMap<string, number> {
  const objects = [...state.values()] as readonly Loose[];
  const annotated = objects
    .filter(({ kind }) => kind === "Ingress")
    .flatMap(({ metadata }) => metadata.annotations?.[`nginx.ingress.kubernetes.io/canary-weight`] ?? [])
    .map(Number);
  const backends = objects
    .filter(({ kind }) => kind === "HTTPRoute")
    .flatMap(({ spec }) => spec.rules[0].backendRefs as readonly Loose[])
    .filter(({ weight }) => weight !== undefined);
  return new Map<string, number>([
    ...annotated.flatMap((weight) => [[canary, weight] as const, [stable, 100 - weight] as const]),
    ...backends.map(({ name, weight }) => [name, weight] as const),
  ]);
}

/** The available pods that a Service selects. */
function behind(state: State, service: string): number {
  const selector = (state.get(`Service/${service}`) as Loose | undefined)?.["spec"].selector ?? {};
  const hash = selector[label.podHash];
  return available(state, (set) => hash === undefined || set.metadata.labels?.[label.podHash] === hash);
}

function available(state: State, counts: (set: KubeObject) => boolean): number {
  let sum = 0;
  for (const object of state.values()) {
    if (object.kind === "ReplicaSet" && counts(object))
      sum += (object as Loose)["status"]?.availableReplicas ?? 0;
  }
  return sum;
}

function rolloutIn(state: State): Loose | undefined {
  return state.get("Rollout/web");
}
