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
import { type Instant, later, seconds } from "../api/time.ts";
import { keyParts } from "../reconcile/kind.ts";
import { ApiError, type Ports, read, type Selection, unlessMissing } from "../reconcile/ports.ts";
import { kindsOf, type Routers, routerNamed } from "../traffic/index.ts";
import type { Note } from "../traffic/note.ts";
import type { Router } from "../traffic/router.ts";
import { objectsSeen } from "../traffic/seen.ts";
import { rolloutRef } from "./observe.ts";
import { ownNotesOn } from "./ownNotes.ts";
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

/** What a look has found: what is left, and when to look again at what was clean. */
export interface Trail {
  readonly left: readonly Left[];
  readonly lookAgainAt?: Instant | undefined;
}

/** An object that a Rollout may have written to, and since when nothing of it is there any more. */
interface Known {
  readonly ref: ObjectRef;
  readonly cleanSince?: Instant | undefined;
}

/** Why a kind could not be listed. */
type Failed = PromiseRejectedResult;

/** The objects that a Rollout may have written to, by the text of their references. */
type Trace = Map<string, Known>;

/** The key that stands for all Rollouts that ended while no controller ran. */
export const gone = "/";

/**
 * How long an object that is clean is still remembered: a pass that was under way when its Rollout ended may
 * write to it after it was cleaned.
 */
const afterglow = seconds(60);

/**
 * Finds what Rollouts have left behind. It remembers which objects they route with and wrote to, as the watch
 * of a kind may never have begun and ends with its last user, and looks once for the notes on the objects of
 * all routers: of Rollouts that ended before. The kinds of declarative routers are known from their Rollouts
 * alone.
 */
export class LeftBehind {
  readonly #table: Routers;
  readonly #selection: Selection;
  readonly #kinds = new Map<string, KindRef>();
  readonly #traces = new Map<string, Trace>();
  /** Rollouts that ended while no controller ran, until nothing of theirs is left. */
  readonly #gone = new Set<string>();
  /** The kinds whose objects could not be listed yet; undefined before the first look. */
  #unlisted: readonly KindRef[] | undefined;
  #looked: Promise<Failed | undefined> | undefined;

  /** Looks in one namespace only, or in all. */
  constructor(table: Routers, namespace: string | undefined) {
    this.#table = table;
    this.#selection = namespace === undefined ? {} : { namespace };
  }

  /** Notes a kind that is watched. */
  knows(kind: KindRef): void {
    this.#kinds.set(`${kind.apiVersion} ${kind.kind}`, kind);
  }

  /** What a Rollout has left, or one of those that ended before; undefined when there is nothing to do. */
  async observe(key: string, ports: Ports): Promise<Trail | undefined> {
    const failed = await this.#lookOnce(ports);
    const left = key === gone ? await this.#leftByGone(ports) : await this.#leftBy(key, ports);
    if (failed !== undefined && key === gone && left.length === 0) throw failed.reason;
    const lookAgainAt = this.#lookAgainAt(key === gone ? this.#gone : [key]);
    return left.length === 0 && lookAgainAt === undefined ? undefined : { left, lookAgainAt };
  }

  /** What the first of them has left that left anything; it is the last of them the next time. */
  async #leftByGone(ports: Ports): Promise<readonly Left[]> {
    for (const key of [...this.#gone]) {
      this.#gone.delete(key);
      this.#gone.add(key);
      const left = await this.#leftBy(key, ports);
      if (!this.#traces.has(key)) this.#gone.delete(key);
      if (left.length > 0) return left;
    }
    return [];
  }

  async #leftBy(key: string, ports: Ports): Promise<readonly Left[]> {
    const cached = ports.cache.get({ ...rolloutRef, ...keyParts(key) });
    this.#rememberNoted(key, cached, ports);
    const left: Left[] = [];
    for (const ref of await this.#abandoned(key, cached, ports)) {
      const one = await this.#left(key, ref, cached, ports);
      if (one === undefined) this.#isClean(key, ref, ports.clock.now());
      else left.push(one);
    }
    return left;
  }

  /**
   * Looks for what Rollouts wrote everywhere, the first time; all looks wait for that. Kinds that cannot be
   * listed are tried again and hold up nobody: they may be in another cluster.
   */
  async #lookOnce(ports: Ports): Promise<Failed | undefined> {
    this.#looked ??= this.#look(ports);
    const failed = await this.#looked;
    if (failed !== undefined) this.#looked = undefined;
    return failed;
  }

  async #look(ports: Ports): Promise<Failed | undefined> {
    const isFirst = this.#unlisted === undefined;
    const kinds = this.#unlisted ?? kindsOf(this.#table);
    const answers = await Promise.allSettled(kinds.map((kind) => listed(kind, this.#selection, ports)));
    this.#unlisted = kinds.filter((_, index) => answers[index]?.status === "rejected");
    for (const object of answers.flatMap((one) => (one.status === "fulfilled" ? one.value : []))) {
      for (const key of writersOf(object, this.#table)) {
        this.#remember(key, [refOf(object)]);
        const isGone = ports.cache.get({ ...rolloutRef, ...keyParts(key) }) === undefined;
        // Those that are there have been looked at before this was known.
        if (isGone || !isFirst) this.#gone.add(key);
      }
    }
    return answers.find((one) => one.status === "rejected");
  }

  /** Remembers what says itself that the Rollout wrote to it or made it. */
  #rememberNoted(key: string, rollout: KubeObject | undefined, { cache }: Ports): void {
    const uid = rollout?.metadata.uid ?? "";
    const kinds = [...this.#kinds.values()].filter((kind) => cache.watches(kind));
    const objects = kinds.flatMap((kind) => [
      ...cache.indexed(kind, noteIndex, key),
      ...cache.ownedBy(kind, uid),
    ]);
    this.#remember(key, objects.map(refOf));
  }

  #remember(key: string, refs: readonly ObjectRef[]): void {
    const known: Trace = this.#traces.get(key) ?? new Map();
    for (const ref of refs) if (!known.has(refText(ref))) known.set(refText(ref), { ref });
    if (known.size > 0) this.#traces.set(key, known);
  }

  /** Remembers what the Rollout routes with now; whatever it left before is used again. */
  #uses(key: string, refs: readonly ObjectRef[]): void {
    const known: Trace = this.#traces.get(key) ?? new Map();
    for (const ref of refs) known.set(refText(ref), { ref });
    if (known.size > 0) this.#traces.set(key, known);
  }

  /** An object that has been clean for long enough is forgotten. */
  #isClean(key: string, ref: ObjectRef, now: Instant): void {
    const known = this.#traces.get(key);
    const since = known?.get(refText(ref))?.cleanSince ?? now;
    if (now < later(since, afterglow)) known?.set(refText(ref), { ref, cleanSince: since });
    else known?.delete(refText(ref));
    if (known?.size === 0) this.#traces.delete(key);
  }

  #lookAgainAt(keys: Iterable<string>): Instant | undefined {
    const all = [...keys].flatMap((key) => [...(this.#traces.get(key)?.values() ?? [])]);
    const due = all.flatMap(({ cleanSince }) => (cleanSince === undefined ? [] : [cleanSince]));
    return due.length === 0 ? undefined : later(Math.min(...due) as Instant, afterglow);
  }

  /** The known objects that the Rollout, as it is now, does not route with. */
  async #abandoned(key: string, cached: KubeObject | undefined, ports: Ports): Promise<readonly ObjectRef[]> {
    const known = () => [...(this.#traces.get(key)?.values() ?? [])].map(({ ref }) => ref);
    if (!isAlive(cached)) {
      if (cached !== undefined || known().length === 0) return known();
      // A Rollout that another controller looks after is in no cache of ours.
      const other = await ports.client.get({ ...rolloutRef, ...keyParts(key) });
      return other === undefined ? known() : [];
    }
    const configured = routersOf(cached, this.#table);
    if (configured === undefined) return [];
    const rollout = routedRollout(cached);
    const named = configured.flatMap(({ router, config }) => router.objects(config, rollout));
    this.#uses(key, named);
    const others = without(known(), named);
    const tellsAll = configured.every(({ router, config }) =>
      router.kinds(config).every(ports.cache.watches, ports.cache),
    );
    if (others.length === 0 && tellsAll) return [];
    const seen = await Promise.all(configured.map((one) => objectsSeen(one, rollout, ports)));
    const used = seen.flatMap((one) => one.refs);
    this.#uses(key, used);
    return without(others, used);
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
    const note = ownNotesOn(object, this.#table)[key];
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

function without(refs: readonly ObjectRef[], others: readonly ObjectRef[]): readonly ObjectRef[] {
  const texts = new Set(others.map(refText));
  return refs.filter((ref) => !texts.has(refText(ref)));
}

/** The Rollouts that wrote to an object or made it. */
function writersOf(object: KubeObject, table: Routers): readonly string[] {
  const owner = controllerOf(object);
  const made = owner?.kind === rolloutRef.kind ? [`${object.metadata.namespace ?? ""}/${owner.name}`] : [];
  return [...made, ...Object.keys(ownNotesOn(object, table))];
}

function isAlive(rollout: KubeObject | undefined): rollout is KubeObject {
  return rollout !== undefined && rollout.metadata.deletionTimestamp === undefined;
}

/** An object whose kind is not installed any more is not there. */
function existing(ref: ObjectRef, ports: Ports): Promise<KubeObject | undefined> {
  return unlessMissing(read(ports, ref), undefined);
}

/** The objects of a kind; none when it is not installed or may not be listed. */
async function listed(
  kind: KindRef,
  selection: Selection,
  { client }: Ports,
): Promise<readonly KubeObject[]> {
  try {
    return await client.list(kind, selection);
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 403)) return [];
    throw error;
  }
}
