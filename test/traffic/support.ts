import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { refText } from "../../src/api/object.ts";
import { type Effect, type Patch, targetOf } from "../../src/reconcile/effect.ts";
import { jsonPatched } from "../../src/sim/patch/jsonPatch.ts";
import { mergePatched } from "../../src/sim/patch/mergePatch.ts";
import type { Router, Wanted } from "../../src/traffic/router.ts";

export const uid = "5e1f";
export const namespace = "prod";

/** What is wanted of `shop-ro` with Services `shop-canary` and `shop-stable`; a case states what differs. */
export function wanted(more: Partial<Wanted> = {}): Wanted {
  return {
    namespace,
    rollout: { name: "shop-ro", uid },
    canaryService: "shop-canary",
    stableService: "shop-stable",
    weight: 0,
    max: 100,
    additional: [],
    former: [],
    canaryHash: "6d8f",
    stableHash: "5c77",
    routes: [],
    managed: [],
    ...more,
  };
}

/** An object of the namespace. */
export function object(
  apiVersion: string,
  kind: string,
  name: string,
  more: object = {},
  metadata: object = {},
): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace, ...metadata }, ...more };
}

/** A few objects, and a router that is asked about them and whose writes are applied to them. */
export class Board<Config> {
  readonly #objects = new Map<string, KubeObject>();
  readonly #router: Router<Config>;
  readonly #config: Config;

  constructor(router: Router<Config>, config: Config, objects: readonly KubeObject[]) {
    this.#router = router;
    this.#config = config;
    for (const one of objects) this.put(one);
  }

  /** Puts an object there, as a user would; it is frozen, as nothing may change it in place. */
  put(one: KubeObject): void {
    const ref = targetOf({ do: "create", object: one, why: "" });
    this.#objects.set(refText(ref), frozen(structuredClone(one)));
  }

  delete(ref: ObjectRef): void {
    this.#objects.delete(refText(ref));
  }

  /** The object that the router asked for at this place. */
  seen(want: Wanted = wanted()): readonly (KubeObject | undefined)[] {
    const rollout = { ...want.rollout, ...want };
    const rolloutOf = {
      namespace: want.namespace,
      name: rollout.rollout.name,
      stableService: want.stableService,
      managed: want.managed,
    };
    const at = (ref: ObjectRef) => this.#objects.get(refText(ref));
    const found = this.#router.objects(this.#config, rolloutOf).map(at);
    const selected = (this.#router.selects?.(this.#config, rolloutOf) ?? []).flatMap(({ kind, selector }) =>
      this.all().filter(
        (one) =>
          one.kind === kind.kind &&
          Object.entries(selector.matchLabels ?? {}).every(
            ([name, value]) => one.metadata.labels?.[name] === value,
          ),
      ),
    );
    const first = [...found, ...selected];
    return [...first, ...(this.#router.leadsTo?.(this.#config, first, rolloutOf) ?? []).map(at)];
  }

  all(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  get(kind: string, name: string): KubeObject | undefined {
    return this.all().find((one) => one.kind === kind && one.metadata.name === name);
  }

  plan(want: Wanted): readonly Effect[] {
    return this.#router.route(this.#config, this.seen(want), want);
  }

  carries(want: Wanted): number | undefined {
    return this.#router.carries(this.#config, this.seen(want), want);
  }

  check(want: Wanted): void {
    this.#router.check?.(this.#config, this.seen(want), want);
  }

  clean(want: Wanted): readonly Effect[] {
    return this.#router.clean?.(this.#config, this.seen(want), want) ?? [];
  }

  /** Applies what the router wants, pass by pass, until it wants nothing more; returns all effects. */
  settle(want: Wanted): readonly Effect[] {
    const all: Effect[] = [];
    for (let pass = 0; pass < 5; pass += 1) {
      const effects = this.plan(want);
      if (effects.length === 0) return all;
      for (const effect of effects) this.apply(effect);
      all.push(...effects);
    }
    throw new Error("the router never comes to an end");
  }

  apply(effect: Effect): void {
    if (effect.do === "create") this.put(effect.object);
    else if (effect.do === "delete") this.delete(effect.ref);
    else if (effect.do === "patch") this.#patch(effect);
    else throw new Error("routers evict nothing");
  }

  #patch(effect: Patch): void {
    const before = this.#objects.get(refText(effect.ref));
    if (before === undefined) throw new Error(`404 ${refText(effect.ref)}`);
    const after =
      effect.type === "json"
        ? jsonPatched(before, effect.body)
        : mergePatched(before, effect.body as object as never);
    this.put(after as KubeObject);
  }
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}
