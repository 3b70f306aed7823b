import { setTimeout as sleep } from "node:timers/promises";
import type { KindRef, KubeObject } from "../api/object.ts";
import type { Cache } from "../reconcile/cache.ts";
import { ApiError, type Selection } from "../reconcile/ports.ts";
import { place } from "../reconcile/store.ts";
import { pagesOf } from "./client.ts";
import type { Discovery } from "./discovery.ts";
import { linesOf } from "./lines.ts";
import type { Log } from "./log.ts";
import { asApiError, errorOfStatus, kindIsGone, retryAfterOf } from "./status.ts";
import type { Transport } from "./transport.ts";

/** The times of a watch, in milliseconds. */
export interface Pace {
  /** The first pause after a failure; doubled for each further one, and jittered. */
  readonly first: number;
  readonly most: number;
  /** Between two looks for a kind that is not installed, or that we may not watch. */
  readonly missing: number;
  /** A stream in which nothing is heard for so long is dead: the server sends a bookmark every minute. */
  readonly idle: number;
  /** The same before the first list is complete. */
  readonly initialIdle: number;
}

/** What a watch needs. */
export interface WatchParts {
  readonly transport: Transport;
  readonly discovery: Discovery;
  readonly log: Log;
  readonly pace?: Partial<Pace>;
  /** Uniform in [0, 1); `Math.random` unless given. */
  readonly random?: () => number;
}

const usualPace: Pace = { first: 250, most: 30_000, missing: 30_000, idle: 120_000, initialIdle: 30_000 };
/** From so many failures in a row on, it is worth a line in the log. */
const loudFailures = 3;
/** An API server that was just started refuses what it will allow in a moment: so often that is no answer. */
const mostRefusals = 5;

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

/**
 * Keeps the cache up to date with all objects of one kind: a list, then every change. The list comes through
 * the watch itself (WatchList) where the server can do that, else in pages; the cache takes in each object as
 * it comes, and at the end drops those that were not in the list. Nothing ends a watch but `stop`: a broken
 * stream goes on where it ended, a version that is too old (410) means a new list, a kind that is not
 * installed is waited for.
 */
export class Watch {
  readonly #kind: KindRef;
  readonly #selection: Selection;
  readonly #cache: Cache;
  readonly #parts: WatchParts;
  readonly #pace: Pace;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  readonly #synced = Promise.withResolvers<void>();
  #isSynced = false;
  #isMissing = false;
  /** The resourceVersion up to which the cache is complete; undefined when a list is needed. */
  #version: string | undefined;
  /** Whether the server has refused WatchList. */
  #pagesOnly = false;
  #failures = 0;

  constructor(kind: KindRef, selection: Selection, cache: Cache, parts: WatchParts) {
    this.#kind = kind;
    this.#selection = selection;
    this.#cache = cache;
    this.#parts = parts;
    this.#pace = { ...usualPace, ...parts.pace };
    this.#running = this.#run();
  }

  /** Resolves when the first list is in the cache; never, when the kind never appears. */
  get synced(): Promise<void> {
    return this.#synced.promise;
  }

  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** Whether the server says that it does not serve this kind. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  /** Ends the watch; resolves when nothing will reach the cache any more. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const began = performance.now();
      try {
        await this.#once();
        if (performance.now() - began > 1_000) continue;
        await this.#pause(this.#backOff());
      } catch (error) {
        if (signal.aborted) return;
        await this.#pause(this.#after(asApiError(error)));
      }
    }
  }

  async #once(): Promise<void> {
    if (this.#version !== undefined) return this.#follow(undefined);
    if (this.#pagesOnly) return this.#list();
    try {
      await this.#follow(new Set());
    } catch (error) {
      const refused = error instanceof ApiError && (error.code === 400 || error.code === 422);
      if (!refused && !(error instanceof NoList)) throw error;
      this.#pagesOnly = refused;
      await this.#list();
    }
  }

  async #list(): Promise<void> {
    const { transport, discovery } = this.#parts;
    const { signal } = this.#ending;
    const listed = new Set<string>();
    let version = "";
    const pages = pagesOf(this.#kind, this.#selection, (r) => transport.request({ ...r, signal }), discovery);
    for await (const page of pages) {
      for (const object of page.objects) {
        listed.add(place(object.metadata));
        this.#take("modified", object);
      }
      ({ version } = page);
    }
    this.#complete(listed, version);
    await this.#follow(undefined);
  }

  /**
   * Reads a stream to its end; `listed` collects the places of the first list until the server says it is
   * complete.
   */
  async #follow(listed: Set<string> | undefined): Promise<void> {
    const { transport, discovery } = this.#parts;
    const { signal } = this.#ending;
    const { namespace, labelSelector, fieldSelector } = this.#selection;
    const path = await discovery.collectionOf(this.#kind, namespace);
    const query = {
      watch: true,
      allowWatchBookmarks: true,
      labelSelector,
      fieldSelector,
      timeoutSeconds: 300 + Math.floor(300 * this.#random()),
      ...(listed
        ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }
        : { resourceVersion: this.#version }),
    };
    const about = { verb: "Watch", kind: this.#kind.kind, namespace };
    const stream = await transport.stream({ method: "GET", path, query, signal, about });
    let open = listed;
    try {
      for await (const line of linesOf(stream, () => (open ? this.#pace.initialIdle : this.#pace.idle))) {
        open = this.#heard(JSON.parse(line) as WatchEvent, open);
      }
    } catch (error) {
      const broke = open !== undefined && !(error instanceof ApiError) && !signal.aborted;
      throw broke ? new NoList("the list did not come", { cause: error }) : error;
    }
    if (open !== undefined) throw new NoList("the stream ended before the list was complete");
  }

  /** Takes in one event; returns the list that is still open. */
  #heard({ type, object }: WatchEvent, listed: Set<string> | undefined): typeof listed {
    if (type === "ERROR") throw errorOfStatus(object);
    this.#recovered();
    const { resourceVersion = "", annotations } = object.metadata;
    if (type === "BOOKMARK") {
      if (listed === undefined) this.#version = resourceVersion;
      if (listed === undefined || annotations?.["k8s.io/initial-events-end"] !== "true") return listed;
      this.#complete(listed, resourceVersion);
      return undefined;
    }
    if (type === "DELETED") listed?.delete(place(object.metadata));
    else listed?.add(place(object.metadata));
    this.#take(type === "DELETED" ? "deleted" : "modified", object);
    if (listed === undefined) this.#version = resourceVersion;
    return listed;
  }

  /** An object that nobody can make sense of must not keep the others away. */
  #take(type: "modified" | "deleted", object: KubeObject): void {
    try {
      this.#cache.apply({ type, object });
    } catch (error) {
      this.#parts.log.error(
        { ...this.#kind, object: place(object.metadata), error: String(error) },
        "watch: object skipped",
      );
    }
  }

  #complete(listed: ReadonlySet<string>, version: string): void {
    this.#isMissing = false;
    const there = this.#cache.list(this.#kind).filter(({ metadata }) => listed.has(place(metadata)));
    this.#cache.replaceAll(this.#kind, there, version);
    this.#version = version;
    this.#isSynced = true;
    this.#synced.resolve();
    this.#parts.log.debug({ ...this.#kind, objects: there.length }, "watch: list complete");
  }

  /** What an error means; returns how long to wait. */
  #after(error: ApiError): number {
    const { discovery, log } = this.#parts;
    if (error.code === 410) {
      this.#version = undefined;
      return this.#backOff();
    }
    const isRefused = error.code === 403 && this.#failures >= mostRefusals;
    if (kindIsGone(error) || isRefused) {
      discovery.forget(this.#kind);
      this.#version = undefined;
      this.#isMissing = error.code === 404;
      if (this.#isMissing && !discovery.isBuiltIn(this.#kind)) this.#cache.forget(this.#kind);
      if (this.#failures++ === 0)
        log.info({ ...this.#kind, error: error.message }, "watch: waiting for the kind");
      return this.#pace.missing;
    }
    if (this.#failures + 1 === loudFailures)
      log.warn({ ...this.#kind, error: error.message }, "watch: keeps failing");
    return Math.max(this.#backOff(), (retryAfterOf(error) ?? 0) * 1_000);
  }

  #backOff(): number {
    const { first, most } = this.#pace;
    return Math.min(most, first * 2 ** Math.min(this.#failures++, 20)) * (0.5 + this.#random());
  }

  #recovered(): void {
    if (this.#failures >= loudFailures) this.#parts.log.info({ ...this.#kind }, "watch: works again");
    this.#failures = 0;
  }

  #random(): number {
    return (this.#parts.random ?? Math.random)();
  }

  async #pause(millis: number): Promise<void> {
    await sleep(millis, undefined, { signal: this.#ending.signal }).catch(() => {});
  }
}

/** A WatchList stream that broke or stayed silent before the list was complete. */
class NoList extends Error {}
