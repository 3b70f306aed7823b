import type { KubeObject } from "../../api/object.ts";
import { admit, type Core, inVersion, keyOn, shelfOf, type WriteOptions } from "../core.ts";
import { alreadyExists, badRequest, failure, unprocessable } from "../failure.ts";
import { frozen, jsonOf } from "../json.ts";
import { metadataCauses, newMetadata } from "../metadata.ts";
import type { Resource } from "../resource.ts";

/** Creates an object, as a POST does. The object must be frozen or the caller's to give away. */
export function create(
  core: Core,
  resource: Resource,
  given: KubeObject,
  options: WriteOptions = {},
): KubeObject {
  const object = begun(core, resource, given);
  const { name, namespace } = object.metadata;
  const key = keyOn(resource.namespaced ? namespace : undefined, name);
  const causes = [...metadataCauses(object, undefined, resource), ...resource.rules.check(object, undefined)];
  if (causes.length > 0) throw unprocessable(resource, name ?? "", causes);
  if (core.store.get(shelfOf(resource), key) !== undefined) throw alreadyExists(resource, name);
  const stored = options.dryRun === true ? frozen(object) : core.store.put(shelfOf(resource), key, object);
  return inVersion(stored, resource);
}

/** The new object with everything that the server adds, not yet checked. */
function begun(core: Core, resource: Resource, given: KubeObject): KubeObject {
  const { rules } = resource;
  const read = rules.decode(given) as KubeObject;
  const metadata = jsonOf(read.metadata);
  const version = metadata["resourceVersion"];
  if (version !== undefined && version !== "")
    throw failure(500, "", "resourceVersion should not be set on objects to be created");
  if (!resource.namespaced && metadata["namespace"] !== undefined) {
    throw badRequest("namespace should not be set on cluster-scoped objects");
  }
  admit(core, resource, read);
  const born = { ...read, metadata: newMetadata(read, core.birth(), rules.generation) };
  return rules.completeStatus(rules.complete(rules.begin(born)));
}
