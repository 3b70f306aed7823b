import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import { Rollout } from "../api/rollout.ts";

/** A Rollout, or why its fields cannot be read. */
export type Read = { readonly rollout: Rollout } | { readonly problem: string };

/** A spec that was read, and of which state of which object. */
interface Known {
  readonly uid: string;
  readonly generation: number;
  readonly spec: Rollout["spec"];
}

/** Specs that are remembered; the oldest are forgotten first. */
const most = 2_000;

const withoutSpec = Rollout.omit({ spec: true });

/**
 * Reads Rollouts as their schema describes them. A spec is read once for each generation, and is the same
 * object until the next: what is worked out from it can be remembered.
 */
export class RolloutReader {
  readonly #known = new Map<string, Known>();

  read(key: string, object: KubeObject): Read {
    try {
      return { rollout: this.#rollout(key, object) };
    } catch (error) {
      if (error instanceof Problem) return { problem: error.message };
      throw error;
    }
  }

  forget(key: string): void {
    this.#known.delete(key);
  }

  #rollout(key: string, object: KubeObject): Rollout {
    const { uid, generation } = object.metadata;
    const known = this.#known.get(key);
    if (known !== undefined && known.uid === uid && known.generation === generation)
      return { ...read(withoutSpec, object), spec: known.spec };
    const rollout = read(Rollout, object);
    if (uid !== undefined && generation !== undefined)
      this.#remember(key, { uid, generation, spec: rollout.spec });
    return rollout;
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }
}
