import type { KindRef } from "../api/object.ts";
import { unknownResource } from "./failure.ts";
import { apiVersionOf, type Resource } from "./resource.ts";

/** The resources that the cluster serves: the built-in ones and those that CustomResourceDefinitions add. */
export class Catalog {
  readonly #builtIn: ReadonlyMap<string, Resource>;
  #custom = new Map<string, Resource>();
  /** Grows with every change of the custom resources. */
  #edition = 0;

  constructor(builtIn: ReadonlyMap<string, Resource>) {
    this.#builtIn = builtIn;
  }

  get edition(): number {
    return this.#edition;
  }

  /** Every resource in every served version. */
  all(): readonly Resource[] {
    return [...this.#builtIn.values(), ...this.#custom.values()];
  }

  find(kind: KindRef): Resource | undefined {
    const key = `${kind.apiVersion} ${kind.kind}`;
    return this.#builtIn.get(key) ?? this.#custom.get(key);
  }

  /** The resource of a kind. Throws the 404 of an unknown one. */
  of(kind: KindRef): Resource {
    const found = this.find(kind);
    if (found === undefined) throw unknownResource();
    return found;
  }

  /** The resource at a path of the API. */
  at(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find((one) => one.plural === plural && one.version === version && one.group === group);
  }

  /** Serves these custom resources, instead of those served before under the same definition. */
  define(group: string, plural: string, resources: readonly Resource[]): void {
    this.forget(group, plural);
    for (const resource of resources)
      this.#custom.set(`${apiVersionOf(resource)} ${resource.kind}`, resource);
  }

  /** Serves the custom resources of a definition no longer. */
  forget(group: string, plural: string): void {
    this.#edition += 1;
    for (const [key, resource] of this.#custom) {
      if (resource.group === group && resource.plural === plural) this.#custom.delete(key);
    }
  }
}

/** Indexes resources by `apiVersion Kind`. */
export function byKind(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  return new Map(resources.map((resource) => [`${apiVersionOf(resource)} ${resource.kind}`, resource]));
}
