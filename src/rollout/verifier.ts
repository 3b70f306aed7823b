import type { KindRef, KubeObject } from "../api/object.ts";
import { messageOf } from "../api/problem.ts";
import { eventReason } from "../api/reasons.ts";
import { type Instant, later, type Millis, seconds } from "../api/time.ts";
import type { LoadBalancers } from "../reconcile/loadBalancers.ts";
import { type Ports, type Reading, read, unlessMissing } from "../reconcile/ports.ts";
import { type BalancerSeen, judged } from "../traffic/albVerify.ts";
import { expectedTargets, judgedTargets, type Targets } from "../traffic/targets.ts";
import { serviceRef } from "./observe.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { serviceToVerify, weightToVerify } from "./toVerify.ts";
import { verdictOf } from "./verdict.ts";
import type { Verification, Verifications } from "./verification.ts";
import { viewOf } from "./view.ts";
import { trafficFor } from "./weight.ts";

/** How AWS is asked. */
export interface VerifierOptions {
  readonly loadBalancers: LoadBalancers;
  /** The API version of TargetGroupBindings. Default `elbv2.k8s.aws/v1beta1`. */
  readonly bindings?: string | undefined;
  /** After how long what is not confirmed is asked again. Default 10 s. */
  readonly interval?: Millis | undefined;
}

/** A question, and what becomes of its answer. */
interface Question {
  /** Says the same as long as the same is asked. */
  readonly about: string;
  readonly gates: boolean;
  ask(signal: AbortSignal): Promise<unknown>;
  judge(answer: unknown): Pick<Verification, "events" | "albs"> & { readonly verified: boolean };
  failed(message: string): Pick<Verification, "events">;
}

/** What was asked last for a Rollout. */
interface Asked {
  readonly about: string;
  readonly at: Instant;
  verified: boolean | undefined;
  told: boolean;
}

/**
 * Asks AWS for what a rollout waits for, as readings: nobody waits for them, and what is not confirmed is
 * asked again after a while. Each answer is told of once.
 */
export class Verifier {
  readonly #options: VerifierOptions;
  readonly #asked = new Map<string, Asked>();

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** What is confirmed, and the readings that are still needed. */
  observe(
    seen: RolloutSnapshot,
    ports: Ports,
  ): { readonly aws: Verifications; readonly ids: ReadonlySet<string> } {
    const view = viewOf(seen, ports.clock.now());
    const verdict = verdictOf(view);
    const ids = new Set<string>();
    const question = (name: string, asked: Question | undefined) =>
      this.#answer(seen.key, name, asked, ports, ids);
    const weight = weightToVerify(view, verdict, trafficFor(view, verdict));
    const service = serviceToVerify(view, verdict);
    const aws = {
      weight: question("weights", weight && this.#aboutWeight(weight)),
      targets: question(
        "targets",
        service === undefined ? undefined : this.#aboutTargets(seen, service, ports),
      ),
    };
    return { aws, ids };
  }

  /** Forgets a Rollout that is gone. */
  forget(key: string): void {
    for (const name of ["weights", "targets"]) this.#asked.delete(`${key} ${name}`);
  }

  #answer(
    key: string,
    name: string,
    question: Question | undefined,
    ports: Ports,
    ids: Set<string>,
  ): Verification | undefined {
    const slot = `${key} ${name}`;
    if (question === undefined) {
      this.#asked.delete(slot);
      return undefined;
    }
    const { interval = seconds(10) } = this.#options;
    const now = ports.clock.now();
    const known = this.#asked.get(slot);
    const isSame = known?.about === question.about;
    const isOver = isSame && known.verified === false && question.gates && now >= later(known.at, interval);
    const asked = isSame && !isOver ? known : begun(question.about, now, isSame ? known.verified : undefined);
    this.#asked.set(slot, asked);
    const id = `${name} ${asked.at} ${asked.about}`;
    ids.add(id);
    const reading = ports.readings.take(key, id, { pool: "aws" }, (signal) => question.ask(signal));
    if (reading === undefined) return { ...nothing, verified: asked.verified, gates: question.gates };
    const found = answered(question, reading);
    asked.verified = found.verified;
    const events = asked.told ? [] : found.events;
    asked.told = true;
    const retryAt = found.verified || !question.gates ? undefined : later(asked.at, interval);
    return { ...found, events, gates: question.gates, retryAt };
  }

  #aboutWeight(asked: NonNullable<ReturnType<typeof weightToVerify>>): Question {
    const { config, ingresses, wanted, gates } = asked;
    const { weight, additional, canaryService, stableService, pingPong, canaryHash } = wanted;
    const names = [weight, additional, canaryService, stableService, pingPong, canaryHash];
    const { loadBalancers } = this.#options;
    return {
      about: JSON.stringify([ingresses, names]),
      gates,
      ask: async (signal) => {
        const seen: BalancerSeen[] = [];
        for (const { ingress, hosts } of ingresses) {
          for (const host of hosts)
            seen.push({ ingress, host, balancer: await loadBalancers.find(host, signal) });
        }
        return seen;
      },
      judge: (answer) => judged(config, ingresses, answer as readonly BalancerSeen[], wanted),
      failed: (message) => ({
        events: [
          { type: "Warning", reason: eventReason.targetGroupVerifyError, message },
          {
            type: "Warning",
            reason: eventReason.weightVerifyError,
            message: `Failed to verify weight: ${message}`,
          },
        ],
      }),
    };
  }

  #aboutTargets(seen: RolloutSnapshot, name: string, ports: Ports): Question {
    const { namespace = "" } = seen.object.metadata;
    return {
      about: JSON.stringify([name, seen.hash]),
      gates: true,
      ask: async (signal) => this.#targets(namespace, name, ports, signal),
      judge: (answer) => ({ ...judgedTargets(name, answer as readonly Targets[]), albs: undefined }),
      failed: (message) => ({
        events: [
          {
            type: "Warning",
            reason: eventReason.targetGroupVerifyError,
            message: `Failed to verify Service ${name}: ${message}`,
          },
        ],
      }),
    };
  }

  async #targets(
    namespace: string,
    name: string,
    ports: Ports,
    signal: AbortSignal,
  ): Promise<readonly Targets[]> {
    const { loadBalancers, bindings: apiVersion = "elbv2.k8s.aws/v1beta1" } = this.#options;
    const service = await read(ports, { ...serviceRef, namespace, name });
    const bindings = await listed({ apiVersion, kind: "TargetGroupBinding" }, namespace, ports);
    if (service === undefined || bindings.length === 0) return [];
    const endpoints = await ports.client.get({ apiVersion: "v1", kind: "Endpoints", namespace, name });
    const expected = expectedTargets(bindings, service, endpoints);
    return Promise.all(
      expected.map(async (group) => {
        const registered = loadBalancers.targetsOf(group.arn, signal);
        return {
          ...group,
          registered: await registered.catch((error: unknown) => ({ error: messageOf(error) })),
        };
      }),
    );
  }
}

const nothing = { verified: undefined, events: [], albs: undefined, retryAt: undefined };

function begun(about: string, at: Instant, verified: boolean | undefined): Asked {
  return { about, at, verified, told: false };
}

function answered(
  question: Question,
  reading: Reading,
): Pick<Verification, "events" | "albs"> & { verified: boolean } {
  if (reading.is === "value") return question.judge(reading.value);
  return { verified: false, albs: undefined, ...question.failed(reading.message) };
}

/** The objects of a kind that need not be installed. */
function listed(kind: KindRef, namespace: string, { client }: Ports): Promise<readonly KubeObject[]> {
  return unlessMissing(client.list(kind, { namespace }), []);
}
