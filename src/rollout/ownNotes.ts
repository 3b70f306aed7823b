import type { KubeObject } from "../api/object.ts";
import { type Routers, routerNamed } from "../traffic/index.ts";
import { type Note, notesOn } from "../traffic/note.ts";

/**
 * The notes on an object that are of Rollouts in our cluster: on an object of Istio's primary cluster others
 * may be of Rollouts there, or in further clusters, which we do not know (trap T-51).
 */
export function ownNotesOn(object: KubeObject, table: Routers): Readonly<Record<string, Note>> {
  const isOwn = ({ router, cluster }: Note): boolean => routerNamed(router, table)?.cluster === cluster;
  return Object.fromEntries(Object.entries(notesOn(object)).filter(([, note]) => isOwn(note)));
}
