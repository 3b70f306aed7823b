import {
  controllerOf,
  type KindRef,
  type KubeObject,
  type ObjectRef,
  refOf,
  refText,
} from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { read as parse } from "../api/read.ts";
import { keyParts } from "../reconcile/kind.ts";
import { ApiError, type Ports, read } from "../reconcile/ports.ts";
import { kindsOf, type Routers, routerNamed } from "../traffic/index.ts";
import { type Note, notesOn } from "../traffic/note.ts";
import type { Router } from "../traffic/router.ts";
import { objectsSeen } from "../traffic/seen.ts";
import { rolloutRef } from "./observe.ts";
import { routedRollout, routersOf } from "./routed.ts";

/** The index of router objects by the Rollouts that left a note on them. */
export const noteIndex = "note";

/** An object that a Rollout wrote to and does not use any more, and what it takes to take that back. */
export interface Left {
  readonly key: string;
  readonly object: KubeObject;
  /** Undefined when the Rollout made the object. */
  readonly note: Note | undefined;
  /** The router of the note; undefined when it is not known any more. */
  readonly router: Router | undefined;
  /** All objects that the router worked on, in its order. */
  readonly objects: readonly (KubeObject | undefined)[];
}

type Refs = ReadonlyMap<string, ObjectRef>;

/**
 * Finds what Rollouts have left behind. It remembers which objects they wrote to, as the watch of a kind ends
 * with its last user, and looks once for the notes on the objects of all routers: of Rollouts that ended
 * before. The kinds of declarative routers are known from their Rollouts alone.
 */
export class LeftBehind {
  readonly #table: Routers;
  readonly #kinds = new Map<string, KindRef>();
  readonly #objects = new Map<string, Refs>();
  /** Rollouts that ended while no controller ran, until nothing of theirs is left. */
  readonly #gone = new Set<string>();
  #hasLooked = false;

  constructor(table: Routers) {
    this.#table = table;
  }

  /** Notes a kind that is watched. */
  knows(kind: KindRef): void {
    this.#kinds.set(`${kind.apiVersion} ${kind.kind}`, kind);
  }

  /** What a Rollout has left, and what those have left that do not exist; undefined when nothing. */
  async observe(key: string, ports: Ports): Promise<readonly Left[] | undefined> {
    await this.#lookOnce(ports);
    const found: Left[] = [];
    for (const each of new Set([key, ...this.#gone])) {
      const left = await this.#leftBy(each, ports);
      if (left.length === 0) this.#gone.delete(each);
      found.push(...left);
    }
    return found.length === 0 ? undefined : found;
  }

  async #leftBy(key: string, ports: Ports): Promise<readonly Left[]> {
    const cached = ports.cache.get({ ...rolloutRef, ...keyParts(key) });
    const refs = this.#known(key, cached, ports);
    if (refs.size === 0) return [];
    const left: Left[] = [];
    for (const ref of await this.#abandoned(key, cached, refs, ports)) {
      const one = await this.#left(key, ref, cached, ports);
      if (one === undefined) this.#forget(key, ref);
      else left.push(one);
    }
    return left;
  }

  /** Looks for what Rollouts wrote everywhere, the first time. */
  async #lookOnce(ports: Ports): Promise<void> {
    if (this.#hasLooked) return;
    this.#hasLooked = true;
    try {
      const lists = await Promise.all(kindsOf(this.#table).map((kind) => listed(kind, ports)));
      for (const object of lists.flat()) {
        for (const key of writersOf(object)) {
          this.#remember(key, [object]);
          if (ports.cache.get({ ...rolloutRef, ...keyParts(key) }) === undefined) this.#gone.add(key);
        }
      }
    } catch (error) {
      this.#hasLooked = false;
      throw error;
    }
  }

  /** Every object that the Rollout wrote to, as far as is known. */
  #known(key: string, rollout: KubeObject | undefined, { cache }: Ports): Refs {
    const uid = rollout?.metadata.uid ?? "";
    const kinds = [...this.#kinds.values()].filter((kind) => cache.watches(kind));
    return this.#remember(
      key,
      kinds.flatMap((kind) => [...cache.indexed(kind, noteIndex, key), ...cache.ownedBy(kind, uid)]),
    );
  }

  #remember(key: string, objects: readonly KubeObject[]): Refs {
    const known: Refs = this.#objects.get(key) ?? new Map();
    const fresh = objects.map(refOf).filter((ref) => !known.has(refText(ref)));
    if (fresh.length === 0) return known;
    const all = new Map([...known, ...fresh.map((ref) => [refText(ref), ref] as const)]);
    this.#objects.set(key, all);
    return all;
  }

  #forget(key: string, ref: ObjectRef): void {
    const rest = new Map(this.#objects.get(key));
    rest.delete(refText(ref));
    if (rest.size === 0) this.#objects.delete(key);
    else this.#objects.set(key, rest);
  }

  /** The objects among these that the Rollout, as it is now, does not route with. */
  async #abandoned(
    key: string,
    cached: KubeObject | undefined,
    refs: Refs,
    ports: Ports,
  ): Promise<readonly ObjectRef[]> {
    if (!isAlive(cached)) {
      if (cached !== undefined) return [...refs.values()];
      // A Rollout that another controller looks after is in no cache of ours.
      const other = await ports.client.get({ ...rolloutRef, ...keyParts(key) });
      return other === undefined ? [...refs.values()] : [];
    }
    const configured = routersOf(cached, this.#table);
    if (configured === undefined) return [];
    const rollout = routedRollout(cached);
    const named = new Set(
      configured.flatMap(({ router, config }) => router.objects(config, rollout).map(refText)),
    );
    const rest = [...refs.values()].filter((ref) => !named.has(refText(ref)));
    if (rest.length === 0) return [];
    const seen = await Promise.all(configured.map((one) => objectsSeen(one, rollout, ports)));
    const used = new Set(seen.flatMap((one) => one.refs.map(refText)));
    return rest.filter((ref) => !used.has(refText(ref)));
  }

  /** What there is to take back on an object; undefined when there is nothing. */
  async #left(
    key: string,
    ref: ObjectRef,
    rollout: KubeObject | undefined,
    ports: Ports,
  ): Promise<Left | undefined> {
    const object = await existing(ref, ports);
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
    const owner = controllerOf(object);
    const made = owner?.kind === rolloutRef.kind && owner.name === keyParts(key).name;
    if (made) {
      // What a deleted Rollout made is deleted with it.
      const ours = isAlive(rollout) && owner.uid === rollout.metadata.uid;
      return ours ? { key, object, note: undefined, router: undefined, objects: [] } : undefined;
    }
    const note = notesOn(object)[key];
    if (note === undefined) return undefined;
    const router = routerNamed(note.router, this.#table);
    if (router === undefined) return { key, object, note, router, objects: [] };
    const about = { ...keyParts(key), stableService: note.stableService, managed: note.managed };
    const config = configIn(router, note);
    if (config === undefined) return { key, object, note, router: undefined, objects: [] };
    const { objects } = await objectsSeen({ name: note.router, router, config }, about, ports);
    return { key, object, note, router, objects };
  }
}

/** The configuration of a note; undefined when somebody has damaged it. */
function configIn({ config }: Router, note: Note): unknown {
  try {
    return parse(config, note.config);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** The Rollouts that wrote to an object or made it. */
function writersOf(object: KubeObject): readonly string[] {
  const owner = controllerOf(object);
  const made = owner?.kind === rolloutRef.kind ? [`${object.metadata.namespace ?? ""}/${owner.name}`] : [];
  return [...made, ...Object.keys(notesOn(object))];
}

function isAlive(rollout: KubeObject | undefined): rollout is KubeObject {
  return rollout !== undefined && rollout.metadata.deletionTimestamp === undefined;
}

/** An object whose kind is not installed any more is not there. */
async function existing(ref: ObjectRef, ports: Ports): Promise<KubeObject | undefined> {
  try {
    return await read(ports, ref);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** The objects of a kind; none when it is not installed or may not be listed. */
async function listed(kind: KindRef, { client }: Ports): Promise<readonly KubeObject[]> {
  try {
    return await client.list(kind);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 403)) return [];
    throw error;
  }
}
