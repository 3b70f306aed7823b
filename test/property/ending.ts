import { label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import type { Cluster } from "../../src/sim/cluster.ts";
import type { World } from "../../src/sim/world.ts";
import type { Setup } from "./history.ts";
import { at, weightIn } from "./invariants.ts";
import { canaryIngressRef, imageOf, namespace, rolloutRef } from "./manifests.ts";

type Report = (invariant: string, what: string) => void;

/** Follows the weights and steps of the last update: I4, each visited in order. */
export class Order {
  readonly #setup: Setup;
  readonly #weights: number[] = [];
  readonly #indices: number[] = [];
  readonly #generation: number;
  readonly #end: (() => void)[];

  constructor(cluster: Cluster, setup: Setup) {
    this.#setup = setup;
    this.#generation = cluster.get(rolloutRef)?.metadata.generation ?? 0;
    this.#weights.push(weightIn(cluster.get(canaryIngressRef)));
    const { store } = cluster.core;
    this.#end = [
      store.listen("networking.k8s.io/ingresses", ({ object }) => {
        if (object.metadata.name === canaryIngressRef.name) push(this.#weights, weightIn(object));
      }),
      store.listen("argoproj.io/rollouts", ({ object }) => this.#follow(object)),
    ];
  }

  check(report: Report): void {
    for (const end of this.#end) end();
    const { strategy, steps } = this.#setup;
    if (strategy === "blueGreen") return;
    if (strategy !== "basic" && steps.length > 0) this.#checkWeights(report);
    for (const [place, index] of this.#indices.entries()) {
      const before = this.#indices[place - 1] ?? 0;
      if (index < before) report("I4", `the step index goes back from ${before} to ${index}`);
    }
    if (steps.length > 0 && this.#indices.at(-1) !== steps.length) {
      report("I4", `the step index ends at ${this.#indices.at(-1)}`);
    }
  }

  /** What was under way before ends at 0; a canary with pods to spare is promoted before its last weight. */
  #checkWeights(report: Report): void {
    const { steps } = this.#setup;
    const wanted = steps.flatMap((step) => ("setWeight" in step ? [step.setWeight] : []));
    const spares = steps.some((step) => "scale" in step);
    const orders = [[...wanted, 100], ...(spares ? [wanted] : [])].map((order) => [...squeezed(order), 0]);
    const isOrder = (order: readonly number[]) => this.#weights.slice(-order.length).join() === order.join();
    if (orders.some(isOrder)) return;
    report("I4", `weights ${this.#weights.join()} instead of ${orders[0]?.join()}`);
  }

  #follow(rollout: KubeObject): void {
    const status = rollout["status"];
    if (Number(at(status, "observedGeneration") ?? 0) <= this.#generation) return;
    const index = at(status, "currentStepIndex");
    if (typeof index === "number") push(this.#indices, index);
  }
}

function push(list: number[], value: number): void {
  if (list.at(-1) !== value) list.push(value);
}

function squeezed(list: readonly number[]): readonly number[] {
  return list.filter((value, place) => value !== list[place - 1]);
}

/** I4 and I8: whatever happened, everything ends as it should, once, and nothing is left behind. */
export function checkEnd(world: World, { strategy, steps }: Setup, report: Report): void {
  const rollout = world.get(rolloutRef);
  const hash = String(at(rollout, "status", "currentPodHash"));
  const size = Number(at(rollout, "spec", "replicas"));
  if (at(rollout, "status", "stableRS") !== hash) report("I4", "stable is not current");
  if (at(rollout, "status", "abort") !== undefined) report("I4", "it is still aborted");
  checkSets(world, hash, size, report);
  for (const name of ["web-stable", "web-canary"]) {
    const service = world.get({ apiVersion: "v1", kind: "Service", namespace, name });
    const selects = at(service, "spec", "selector", label.podHash);
    if (selects !== hash) report("I4", `${name} selects ${String(selects)} instead of ${hash}`);
  }
  const weight = weightIn(world.get(canaryIngressRef));
  if (strategy !== "blueGreen" && strategy !== "basic" && steps.length > 0 && weight !== 0) {
    report("I4", `the canary Ingress still has weight ${weight}`);
  }
  for (const run of world.list({ apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" })) {
    const phase = String(at(run, "status", "phase") ?? "");
    if (phase === "" || phase === "Pending" || phase === "Running") report("I4", `a run is still ${phase}`);
  }
}

function checkSets(world: World, hash: string, size: number, report: Report): void {
  const sets = world.list({ apiVersion: "apps/v1", kind: "ReplicaSet" });
  const images = sets.map((set) => {
    const [container] = at(set, "spec", "template", "spec", "containers") as { image: string }[];
    return container?.image ?? "";
  });
  const twice = images.filter((image, place) => images.indexOf(image) !== place);
  if (twice.length > 0) report("I4", `${twice.join()} has two ReplicaSets`);
  for (const [place, set] of sets.entries()) {
    const wanted = images[place] === imageOf("final") ? size : 0;
    const is = Number(at(set, "spec", "replicas") ?? 0);
    const available = Number(at(set, "status", "availableReplicas") ?? 0);
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
