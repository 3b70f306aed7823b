import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import { Rollout } from "../api/rollout.ts";

/** A Rollout, or why its fields cannot be read. */
export type Read = { readonly rollout: Rollout } | { readonly problem: string };

/** A Rollout that was read last, and from which object. */
interface Known {
  readonly object: KubeObject;
  readonly rollout: Rollout;
}

/** Rollouts that are remembered; the oldest are forgotten first. */
const most = 2_000;

const withoutSpec = Rollout.omit({ spec: true });

/**
 * Reads Rollouts as their schema describes them. An object of the cache, which nobody changes, is read once.
 * A spec is read once for each generation, and is the same object until the next: what is worked out from it
 * can be remembered.
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
    const known = this.#known.get(key);
    if (known?.object === object) return known.rollout;
    const isSameSpec = known !== undefined && hasSpecOf(object, known.object);
    const rollout = isSameSpec
      ? { ...read(withoutSpec, object), spec: known.rollout.spec }
      : read(Rollout, object);
    this.#remember(key, { object, rollout });
    return rollout;
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }
}

function hasSpecOf({ metadata }: KubeObject, { metadata: known }: KubeObject): boolean {
  const { uid, generation } = metadata;
  return (
    uid !== undefined && generation !== undefined && uid === known.uid && generation === known.generation
  );
}
