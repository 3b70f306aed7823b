import { setTimeout as sleep } from "node:timers/promises";
import type { KindRef, KubeObject } from "../../../src/api/object.ts";
import { accessOf } from "../../../src/kube/access.ts";
import { pagesOf } from "../../../src/kube/client.ts";
import { loadConfig } from "../../../src/kube/config.ts";
import { Discovery } from "../../../src/kube/discovery.ts";
import { linesOf } from "../../../src/kube/lines.ts";
import { errorOfStatus } from "../../../src/kube/status.ts";
import { type Transport, transportOf } from "../../../src/kube/transport.ts";
import { ApiError } from "../../../src/reconcile/ports.ts";

/** One state of one object; without object it was deleted. `version` orders the changes of all kinds. */
export interface Change {
  readonly version: number;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly object: KubeObject | undefined;
  /** When it was heard of, as `performance.now()` has it. */
  readonly heard: number;
}

/** A stretch of versions, `after` apart and `until` included, in which changes of a kind may be unknown. */
export interface Gap {
  readonly after: number;
  readonly until: number;
}

/**
 * Writes down every state of the objects of some kinds, in the order in which etcd stored them: all kinds
 * share its revisions. What a restart of the API server hides is a gap.
 */
export class Chronicle {
  readonly #changes: Change[] = [];
  readonly #gaps: Gap[] = [];
  readonly #ending = new AbortController();
  readonly #transport: Transport;
  readonly #running: readonly Promise<void>[];
  readonly #begun: readonly Promise<void>[];

  constructor(kubeconfig: string, kinds: readonly KindRef[]) {
    this.#transport = transportOf({ access: accessOf(loadConfig({ kubeconfig }).config) });
    const discovery = new Discovery(this.#transport);
    const scribes = kinds.map((kind) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const running = this.#follow(kind, discovery, resolve);
      return { begun: promise, running };
    });
    this.#running = scribes.map(({ running }) => running);
    this.#begun = scribes.map(({ begun }) => begun);
  }

  /** Resolves when nothing can happen any more that is not written down. */
  async begun(): Promise<void> {
    await Promise.all(this.#begun);
  }

  /** Ends it; answers the changes in their order, and the gaps. */
  async stop(): Promise<{ readonly changes: readonly Change[]; readonly gaps: readonly Gap[] }> {
    this.#ending.abort();
    await Promise.all(this.#running);
    this.#transport.close();
    return { changes: this.#changes.toSorted((one, other) => one.version - other.version), gaps: this.#gaps };
  }

  async #follow(kind: KindRef, discovery: Discovery, begun: () => void): Promise<void> {
    const scribe = { kind, discovery, known: new Map<string, Change>(), version: 0 };
    let listed = false;
    while (!this.#ending.signal.aborted) {
      try {
        if (!listed) await this.#list(scribe);
        listed = true;
        begun();
        await this.#watch(scribe);
      } catch (error) {
        if (error instanceof ApiError && error.code === 410) listed = false;
        await sleep(100);
      }
    }
  }

  async #list(scribe: Scribe): Promise<void> {
    const { kind, discovery, known } = scribe;
    const { signal } = this.#ending;
    const there = new Map<string, KubeObject>();
    let until = 0;
    const pages = pagesOf(kind, {}, (request) => this.#transport.request({ ...request, signal }), discovery);
    for await (const { objects, version } of pages) {
      for (const object of objects) there.set(placeOf(object), object);
      until = Number(version);
    }
    this.#gaps.push({ after: scribe.version, until });
    for (const change of known.values()) {
      const place = `${change.namespace}/${change.name}`;
      if (!there.has(place))
        this.#note(scribe, { ...change, version: until, object: undefined, heard: performance.now() });
    }
    for (const object of there.values()) this.#note(scribe, changeOf(kind, object, until));
    scribe.version = until;
  }

  async #watch(scribe: Scribe): Promise<void> {
    const { kind, discovery } = scribe;
    const path = await discovery.collectionOf(kind);
    const query = { watch: true, allowWatchBookmarks: true, resourceVersion: String(scribe.version) };
    const { signal } = this.#ending;
    const stream = await this.#transport.stream({ method: "GET", path, query, signal });
    for await (const line of linesOf(stream, () => 120_000)) {
      const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
      if (type === "ERROR") throw errorOfStatus(object);
      scribe.version = Number(object.metadata.resourceVersion);
      if (type === "BOOKMARK") continue;
      const change = changeOf(kind, object, scribe.version);
      this.#note(scribe, type === "DELETED" ? { ...change, object: undefined } : change);
    }
  }

  #note({ known }: Scribe, change: Change): void {
    const place = `${change.namespace}/${change.name}`;
    if (change.object === undefined) known.delete(place);
    else known.set(place, change);
    this.#changes.push(change);
  }
}

/** What is known of one kind. */
interface Scribe {
  readonly kind: KindRef;
  readonly discovery: Discovery;
  readonly known: Map<string, Change>;
  version: number;
}

function changeOf({ kind }: KindRef, object: KubeObject, version: number): Change {
  const { namespace = "", name } = object.metadata;
  return { version, kind, namespace, name, object, heard: performance.now() };
}

function placeOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}
