import type { KubeObject } from "../api/object.ts";
import { filled, jsonOf, without } from "./json.ts";
import type { Rules } from "./resource.ts";

/** The rules of a kind about which nothing is special. */
export const plainRules: Rules = {
  generation: false,
  decode: (object) => object,
  begin: (object) => object,
  carry: (object) => object,
  complete: (object) => object,
  check: () => [],
  unconditional: true,
  propagation: "Background",
  returnsDeleted: false,
  naming: "subdomain",
};

/** A new object without the status that came with it; `status` is what it begins with. */
export function begunWith(
  status: Readonly<Record<string, unknown>> | undefined,
): (object: KubeObject) => KubeObject {
  return (object) => {
    const bare = without(object, "status") as KubeObject;
    return status === undefined ? bare : { ...bare, status };
  };
}

/** The object with a status that lives in its own subresource taken from the object as it was. */
export function withOldStatus(object: KubeObject, old: KubeObject): KubeObject {
  if (old["status"] === undefined) return without(object, "status") as KubeObject;
  return { ...object, status: old["status"] };
}

/**
 * Adds to a kind's defaults the times of its conditions, which are shown as null where nobody has set them.
 */
export function withConditionTimes(
  complete: Rules["complete"],
  ...times: readonly string[]
): Rules["complete"] {
  const unset = Object.fromEntries(times.map((time) => [time, null]));
  return (given) => {
    const object = complete(given);
    const status = jsonOf(object["status"]);
    const { conditions } = status;
    if (!Array.isArray(conditions)) return object;
    return {
      ...object,
      status: { ...status, conditions: conditions.map((one) => filled(jsonOf(one), unset)) },
    };
  };
}
