import { label } from "../../src/api/labels.ts";
import { controllerOf, type KubeObject } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import type { World } from "../../src/sim/world.ts";
import { boardOf, weightNow } from "./dataPlane.ts";
import type { Setup } from "./history.ts";
import { at, numberAt } from "./json.ts";
import { deploymentRef, imageOf, rolloutRef, routingOf } from "./manifests.ts";
import { canaryService, flowsIn, moves, type Routing, selectedBy, stableService } from "./routing.ts";

type Report = (invariant: string, what: string) => void;

/** Follows the weights and steps of the last update: I4, each visited in order. */
export class Order {
  readonly #world: World;
  readonly #setup: Setup;
  readonly #routing: Routing | undefined;
  readonly #weights: number[] = [];
  /** The steps that each version went through. */
  readonly #indices = new Map<unknown, number[]>();
  readonly #restarts: boolean;
  readonly #end: () => void;

  constructor(world: World, setup: Setup) {
    this.#world = world;
    this.#setup = setup;
    this.#routing = routingOf(setup);
    const rollout = world.get(rolloutRef);
    this.#restarts = at(rollout, "spec", "restartAt") !== at(rollout, "status", "restartedAt");
    this.#noteWeight();
    this.#end = world.cluster.core.store.witness((_, { object }) => {
      const isRollout = object.kind === rolloutRef.kind && object.metadata.name === rolloutRef.name;
      if (isRollout) this.#follow(object);
      if (isRollout || moves(this.#routing, object)) this.#noteWeight();
    });
  }

  check(report: Report): void {
    this.#end();
    const { strategy, steps } = this.#setup;
    if (strategy === "blueGreen") return;
    if (strategy !== "basic" && steps.length > 0) this.#checkWeights(report);
    const hash = at(this.#world.get(rolloutRef), "status", "currentPodHash");
    const indices = this.#indices.get(hash) ?? [];
    for (const [place, index] of indices.entries()) {
      const before = indices[place - 1] ?? 0;
      if (index < before) report("I4", `the step index goes back from ${before} to ${index}`);
    }
    if (steps.length > 0 && indices.at(-1) !== steps.length) {
      report("I4", `the step index ends at ${indices.at(-1)}`);
    }
  }

  /**
   * What was under way before ends at 0. A canary with pods to spare is promoted before its last weight; then
   * the other Service of a pair plays canary until it has nothing. One without pods gets no weight, and where
   * stable is being restarted the update may go on without it.
   */
  #checkWeights(report: Report): void {
    const { steps } = this.#setup;
    if (this.#restarts || steps.some((step) => "scale" in step && step.scale === 0)) return;
    const wanted = steps.flatMap((step) => ("setWeight" in step ? [step.setWeight] : []));
    const spares = steps.some((step) => "scale" in step);
    const early = spares ? [wanted, [...wanted, 100 - (wanted.at(-1) ?? 0)]] : [];
    const orders = [[...wanted, 100], ...early].map((order) => [...squeezed(order), 0]);
    const isOrder = (order: readonly number[]) => this.#weights.slice(-order.length).join() === order.join();
    if (orders.some(isOrder)) return;
    report("I4", `weights ${this.#weights.join()} instead of ${orders[0]?.join()}`);
  }

  #noteWeight(): void {
    if (this.#routing !== undefined) push(this.#weights, weightNow(this.#world.cluster, this.#routing));
  }

  #follow(rollout: KubeObject): void {
    const hash = at(rollout, "status", "currentPodHash");
    const index = at(rollout, "status", "currentStepIndex");
    const known = this.#indices.get(hash) ?? [];
    if (typeof index === "number") push(known, index);
    this.#indices.set(hash, known);
  }
}

function push(list: number[], value: number): void {
  if (list.at(-1) !== value) list.push(value);
}

function squeezed(list: readonly number[]): readonly number[] {
  return list.filter((value, place) => value !== list[place - 1]);
}

/** I4 and I8: whatever happened, everything ends as it should, once, and nothing is left behind. */
export function checkEnd(world: World, setup: Setup, report: Report): void {
  const rollout = world.get(rolloutRef);
  const hash = String(at(rollout, "status", "currentPodHash"));
  if (at(rollout, "status", "stableRS") !== hash) report("I4", "stable is not current");
  if (at(rollout, "status", "abort") !== undefined) report("I4", "it is still aborted");
  checkSets(world, hash, numberAt(rollout, "spec", "replicas"), report);
  checkServices(world, setup, hash, report);
  const routing = routingOf(setup);
  if (routing !== undefined) checkRouting(world, setup, routing, report);
  checkDeployment(world, setup, report);
  for (const kind of ["AnalysisRun", "Experiment"]) {
    for (const one of world.list({ apiVersion: "argoproj.io/v1alpha1", kind })) {
      const phase = String(at(one, "status", "phase") ?? "");
      const goesOn = phase === "" || phase === "Pending" || phase === "Running";
      if (goesOn) report("I4", `the ${kind} ${one.metadata.name} is still ${phase}`);
    }
  }
  checkExperiments(world, routing, report);
}

/** What experiments had is gone: their pods, their Services and their traffic. */
function checkExperiments(world: World, routing: Routing | undefined, report: Report): void {
  const isTheirs = (one: KubeObject) => controllerOf(one)?.kind === "Experiment";
  for (const set of world.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }).filter(isTheirs)) {
    const size = numberAt(set, "spec", "replicas");
    if (size > 0) report("I4", `${set.metadata.name} of an experiment keeps ${size} pods`);
  }
  for (const service of world.list({ apiVersion: "v1", kind: "Service" }).filter(isTheirs)) {
    report("I4", `the Service ${service.metadata.name} of an experiment is left`);
  }
  const { others } =
    routing === undefined ? { others: [] } : flowsIn(routing, boardOf(world.cluster, routing));
  for (const { share, hash } of others) report("I4", `${share} % still go to ${hash} of an experiment`);
}

/** Both Services select the last version; of a pair only the one that is stable now has to. */
function checkServices(world: World, { strategy }: Setup, hash: string, report: Report): void {
  const board = boardOf(world.cluster, undefined);
  const names = strategy === "pingPong" ? [sideOf(world.get(rolloutRef))] : [stableService, canaryService];
  for (const name of names) {
    const selects = selectedBy(board, name);
    if (selects !== hash) report("I4", `${name} selects ${String(selects)} instead of ${hash}`);
  }
}

function checkDeployment(world: World, { workload }: Setup, report: Report): void {
  if (workload !== "onsuccess" && workload !== "progressively") return;
  const left = numberAt(world.get(deploymentRef), "spec", "replicas");
  if (left > 0) report("I4", `the Deployment keeps ${left} pods`);
}

/** The Service of a pair that is stable now. */
function sideOf(rollout: KubeObject | undefined): string {
  return at(rollout, "status", "canary", "stablePingPong") === "ping" ? stableService : canaryService;
}

function checkRouting(world: World, { steps }: Setup, routing: Routing, report: Report): void {
  const weight = weightNow(world.cluster, routing);
  if (steps.length > 0 && weight !== 0) report("I4", `the canary still has weight ${weight}`);
  const board = boardOf(world.cluster, routing);
  // What is configured is noted on the objects, names of routes and all.
  const bare = board
    .all()
    .map(({ metadata: { annotations: _notes, ...metadata }, ...rest }) => [metadata, rest]);
  const text = JSON.stringify(bare);
  for (const name of ["beta", "shadow"]) {
    if (text.includes(`"${name}"`)) report("I4", `the managed route ${name} is left`);
  }
}

function checkSets(world: World, hash: string, size: number, report: Report): void {
  const all = world.list({ apiVersion: "apps/v1", kind: "ReplicaSet" });
  const sets = all.filter((set) => controllerOf(set)?.kind === rolloutRef.kind);
  const images = sets.map((set) => {
    const [container] = at(set, "spec", "template", "spec", "containers") as { image: string }[];
    return container?.image ?? "";
  });
  const twice = images.filter((image, place) => images.indexOf(image) !== place);
  if (twice.length > 0) report("I4", `${twice.join()} has two ReplicaSets`);
  for (const [place, set] of sets.entries()) {
    const wanted = images[place] === imageOf("final") ? size : 0;
    const is = numberAt(set, "spec", "replicas");
    const available = numberAt(set, "status", "availableReplicas");
    if (is !== wanted || available !== wanted) {
      report("I4", `${images[place]} ends with ${available}/${is} pods instead of ${wanted}`);
    }
    if (wanted > 0 && set.metadata.labels?.[label.podHash] !== hash)
      report("I4", "another ReplicaSet is current");
  }
}

/** I5: at rest nothing is written, also by a controller that has just started. */
export async function checkRest(world: World, writes: () => number, report: Report): Promise<void> {
  await world.runUntil(later(world.clock.now(), seconds(900)));
  const before = writes();
  const events = world.events.length;
  world.controller?.wakeAll(rolloutRef);
  await world.runUntil(later(world.clock.now(), seconds(5)));
  if (writes() > before) report("I5", `a look at a settled Rollout writes ${writes() - before} times`);
  const restarted = writes();
  world.startController();
  await world.runUntil(later(world.clock.now(), seconds(60)));
  if (writes() > restarted) report("I5", `a restart writes ${writes() - restarted} times`);
  if (world.events.length > events) report("I5", "a restart sends events");
}
