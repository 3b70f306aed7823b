import { type KubeObject, refOf, refText } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { type Effect, targetOf } from "../reconcile/effect.ts";
import { type Kind, keyOf, keyParts } from "../reconcile/kind.ts";
import type { Plan } from "../reconcile/plan.ts";
import type { CacheReader } from "../reconcile/ports.ts";
import { type Routers, routers } from "../traffic/index.ts";
import { unmarked } from "../traffic/mark.ts";
import { narrow } from "../traffic/narrow.ts";
import { wantedBy } from "../traffic/note.ts";
import type { Wanted } from "../traffic/router.ts";
import { rolloutRef, usesIndex } from "./observe.ts";
import { ownNotesOn } from "./ownNotes.ts";
import { gone, type Left, LeftBehind, noteIndex, type Trail } from "./routingLeft.ts";

/**
 * Clean-up without a finalizer: objects that a Rollout routed with go back to stable, and what it made is
 * deleted, when its routing is removed or changed or when it is deleted. The notes on the objects tell how,
 * so a restart between loses nothing; what ended while no controller ran is looked for at the start, in one
 * namespace or in all. A Rollout that cannot be read is left alone.
 */
export function routingKind(table: Routers = routers, namespace?: string | undefined): Kind<Trail> {
  const leftBehind = new LeftBehind(table, namespace);
  return {
    name: "routing",
    of: rolloutRef,
    atStart: [gone],
    wokenBy: [],
    wokenByUsed: (kind) => {
      leftBehind.knows(kind);
      const noted = (object: KubeObject) => Object.keys(ownNotesOn(object, table));
      const keys = (object: KubeObject, cache: CacheReader) => abandonedBy(noted(object), object, cache);
      return { kind, keys, indices: { [noteIndex]: noted } };
    },
    observe: (key, ports) => leftBehind.observe(key, ports),
    decide,
  };
}

/** Those Rollouts with a note on an object that do not name it. */
function abandonedBy(noted: readonly string[], object: KubeObject, cache: CacheReader): readonly string[] {
  const { kind, metadata } = object;
  const users = cache.indexed(rolloutRef, usesIndex, `${kind}/${metadata.namespace ?? ""}/${metadata.name}`);
  const named = new Set(users.map(keyOf));
  return noted.filter((key) => !named.has(key));
}

function decide({ left, lookAgainAt }: Trail): Plan {
  const effects = left.flatMap(taken);
  return lookAgainAt === undefined ? { effects } : { effects, requeueAt: lookAgainAt };
}

/** The writes that take back what was done to one object. */
function taken(left: Left): readonly Effect[] {
  const { key, object, note } = left;
  if (note === undefined) {
    const ifUid = object.metadata.uid ?? "";
    return [{ do: "delete", ref: refOf(object), ifUid, why: "its Rollout does not route with it any more" }];
  }
  const { namespace, name } = keyParts(key);
  const wanted = wantedBy(note, { name, uid: "" }, namespace);
  const text = refText(refOf(object));
  const back = cleaned(left, wanted).filter((effect) => refText(targetOf(effect)) === text);
  if (back.length > 0) return back;
  return narrow(object, unmarked(object, wanted), `${object.metadata.name} is not routed with any more`);
}

/** What the router takes back; nothing when the object has become another one. */
function cleaned({ router, note, objects }: Left, wanted: Wanted): readonly Effect[] {
  try {
    return router?.clean?.(note?.config, objects, wanted) ?? [];
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}
