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
  completeStatus: (object) => object,
  check: () => [],
  checkStatus: () => [],
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

/** Gives the conditions of a status the times that nobody has set, which are shown as null. */
export function conditionTimes(...times: readonly string[]): Rules["completeStatus"] {
  const unset = Object.fromEntries(times.map((time) => [time, null]));
  return (object) => {
    const status = jsonOf(object["status"]);
    const { conditions } = status;
    if (!Array.isArray(conditions)) return object;
    const full = conditions.map((one) => filled(jsonOf(one), unset));
    if (full.every((one, at) => one === conditions[at])) return object;
    return { ...object, status: { ...status, conditions: full } };
  };
}
