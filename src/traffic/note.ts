import { isJson, type Json } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import { remembered } from "../reconcile/remembered.ts";
import type { Wanted } from "./router.ts";

/** What an object that we write to says of a Rollout: enough to take everything back without that Rollout. */
export interface Note {
  /** The configured router by its name, and the configuration that it had. */
  readonly router: string;
  readonly config: unknown;
  /** Whose Rollout it is, where that is in another cluster than the object. */
  readonly cluster?: string | undefined;
  readonly canaryService: string;
  readonly stableService: string;
  readonly max: number;
  readonly pingPong?: Wanted["pingPong"];
  readonly managed: readonly string[];
  /** Services of experiments that have a share. */
  readonly former: readonly string[];
}

/** The notes on an object by Rollout, `namespace/name`; what cannot be read says nothing. */
export const notesOn = remembered(({ metadata }: KubeObject): Readonly<Record<string, Note>> => {
  const parsed = parsedJson(metadata.annotations?.[annotation.routing]);
  if (!isJson(parsed)) return {};
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([key, note]) => (isJson(note) ? [[key, noteIn(note)]] : [])),
  );
});

/**
 * The names of managed routes: those that are configured, then those that are not any more but that these
 * objects still note.
 */
export function managedNames(
  configured: readonly { readonly name: string }[] | undefined,
  objects: readonly (KubeObject | undefined)[],
  key: string,
): Pick<Wanted, "managed" | "formerlyManaged"> {
  const managed = (configured ?? []).map(({ name }) => name);
  const noted = objects.flatMap((object) => (object && notesOn(object)[key]?.managed) ?? []);
  const formerlyManaged = [...new Set(noted)].filter((name) => !managed.includes(name));
  return formerlyManaged.length === 0
    ? { managed }
    : { managed: [...managed, ...formerlyManaged], formerlyManaged };
}

/**
 * The Services of experiments that may have a share: those that are recorded, and those that these objects
 * note, as a share may have been given by a pass that could not record it any more.
 */
export function formerServices(
  recorded: readonly { readonly serviceName?: string | undefined }[] | undefined,
  objects: readonly (KubeObject | undefined)[],
  key: string,
): Wanted["former"] {
  const noted = objects.flatMap((object) => (object && notesOn(object)[key]?.former) ?? []);
  const named = (recorded ?? []).flatMap(({ serviceName }) => serviceName ?? []);
  return [...new Set([...named, ...noted])];
}

/** The object with the note of this Rollout; as it is when the Rollout leaves none. */
export function noted(object: KubeObject, wanted: Wanted): KubeObject {
  const { by } = wanted;
  if (by === undefined) return object;
  const { canaryService, stableService, max, pingPong, managed, additional, formerlyManaged = [] } = wanted;
  const former = additional.map((one) => one.serviceName);
  const note: Note = {
    ...by,
    canaryService,
    stableService,
    max,
    ...(pingPong === undefined ? {} : { pingPong }),
    managed: managed.filter((name) => !formerlyManaged.includes(name)),
    former,
  };
  return withNotes(object, { ...notesOn(object), [keyOf(wanted)]: note });
}

/** The object without the note of this Rollout. */
export function withoutNote(object: KubeObject, wanted: Wanted): KubeObject {
  const { [keyOf(wanted)]: ours, ...others } = notesOn(object);
  return ours === undefined ? object : withNotes(object, others);
}

/** What was wanted when the note was written, with nothing for the canary. */
export function wantedBy(note: Note, rollout: Wanted["rollout"], namespace: string): Wanted {
  const { router: _router, config: _config, cluster: _cluster, pingPong, ...rest } = note;
  return {
    ...rest,
    pingPong,
    namespace,
    rollout,
    weight: 0,
    additional: [],
    canaryHash: "",
    stableHash: "",
    routes: [],
  };
}

function keyOf({ namespace, rollout }: Wanted): string {
  return `${namespace}/${rollout.name}`;
}

function withNotes(object: KubeObject, notes: Readonly<Record<string, Note>>): KubeObject {
  const { [annotation.routing]: _old, ...others } = object.metadata.annotations ?? {};
  const sorted = Object.entries(notes).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const text = JSON.stringify(Object.fromEntries(sorted));
  const annotations = sorted.length === 0 ? others : { ...others, [annotation.routing]: text };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function noteIn(note: Json): Note {
  const text = (name: string) => (typeof note[name] === "string" ? note[name] : "");
  const list = (name: string) => (Array.isArray(note[name]) ? note[name].map(String) : []);
  const pair = isJson(note["pingPong"]) ? (note["pingPong"] as unknown as Note["pingPong"]) : undefined;
  return {
    router: text("router"),
    config: note["config"],
    ...(note["cluster"] === undefined ? {} : { cluster: text("cluster") }),
    canaryService: text("canaryService"),
    stableService: text("stableService"),
    max: Number(note["max"] ?? 100),
    ...(pair === undefined ? {} : { pingPong: pair }),
    managed: list("managed"),
    former: list("former"),
  };
}

function parsedJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
