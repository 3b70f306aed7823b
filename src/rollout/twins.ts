import { ApiError, type Ports } from "../reconcile/ports.ts";
import { newReplicaSet } from "./birth.ts";
import { revisionFor } from "./maintenance.ts";
import { byAge, replicasOf } from "./replicaSet.ts";
import { digestOf } from "./slim.ts";
import type { RolloutSnapshot, Template } from "./snapshot.ts";
import { viewOf } from "./view.ts";

/** What is remembered of a Rollout. */
interface Memory {
  /** The digest of the defaulted template where the hash found no ReplicaSet. */
  asked: { readonly hash: string; readonly digest: string | undefined } | undefined;
  /** The images of each version whose ReplicaSet was found by its hash. */
  readonly images: Map<string, string>;
}

/**
 * When no ReplicaSet carries the hash, one whose template means the same is looked for (rollout-core 9.3):
 * the API server is asked once for the defaulted form of ours, and digests are compared. So a takeover or an
 * upgrade redeploys nothing.
 */
export class Twins {
  readonly #memories = new Map<string, Memory>();

  /** The name of the ReplicaSet; undefined when there is none, or one carries the hash. */
  async of(seen: RolloutSnapshot, ports: Ports): Promise<string | undefined> {
    const { replicaSets, hash } = seen;
    const memory = this.#memoryOf(seen.key);
    if (replicaSets.some((set) => replicasOf(set).hash === hash)) {
      memory.asked = undefined;
      if (!memory.images.has(hash)) memory.images.set(hash, imagesOf(seen.template));
      return undefined;
    }
    if (replicaSets.length === 0 || haveOtherImages(seen, memory)) return undefined;
    const { asked } = memory;
    const digest = asked?.hash === hash ? asked.digest : await defaultedDigest(seen, ports);
    memory.asked = { hash, digest };
    return replicaSets
      .filter((set) => digestOf(set) === digest)
      .map(replicasOf)
      .toSorted(byAge)[0]?.name;
  }

  forget(key: string): void {
    this.#memories.delete(key);
  }

  #memoryOf(key: string): Memory {
    const known = this.#memories.get(key);
    if (known !== undefined) return known;
    const memory: Memory = { asked: undefined, images: new Map() };
    this.#memories.set(key, memory);
    return memory;
  }
}

/**
 * Whether all ReplicaSets are of versions that had other images than the template, so that none means the
 * same and nobody has to be asked. What became of a template on its way into a ReplicaSet does not count.
 */
function haveOtherImages({ replicaSets, template }: RolloutSnapshot, { images }: Memory): boolean {
  const there = new Set(replicaSets.map((set) => replicasOf(set).hash));
  for (const hash of images.keys()) if (!there.has(hash)) images.delete(hash);
  const ours = imagesOf(template);
  return replicaSets.every((set) => (images.get(replicasOf(set).hash) ?? ours) !== ours);
}

/** The images of all containers, in their order. Nothing defaults or normalises them. */
function imagesOf(template: Template | undefined): string {
  const { containers, initContainers } = template?.spec ?? {};
  const all = [containers, initContainers].flatMap((list) => (Array.isArray(list) ? list : []));
  return all.map((one: { readonly image?: unknown } | null) => one?.image ?? "").join(" ");
}

/**
 * The digest of our template as the API server defaults it; undefined when it refuses it, as the create will
 * tell.
 */
async function defaultedDigest(seen: RolloutSnapshot, ports: Ports): Promise<string | undefined> {
  const view = viewOf(seen, ports.clock.now());
  try {
    return digestOf(await ports.client.create(newReplicaSet(view, revisionFor(view)), { dryRun: true }));
  } catch (error) {
    if (error instanceof ApiError && error.code >= 400 && error.code < 500 && error.code !== 429)
      return undefined;
    throw error;
  }
}
