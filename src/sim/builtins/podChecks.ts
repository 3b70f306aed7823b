import { quantityValue } from "../../api/quantity.ts";
import {
  type Cause,
  duplicateValue,
  invalidValue,
  missingValue,
  requiredValue,
  unsupportedValue,
} from "../failure.ts";
import { isJson, type Json, jsonOf, listOf } from "../json.ts";
import { labelCauses, nameProblems } from "../names.ts";

/** What is wrong with a pod template; `restart` lists the restart policies that its owner takes. */
export function templateCauses(template: Json, field: string, restart: readonly string[]): readonly Cause[] {
  const spec = jsonOf(template["spec"]);
  const policy = spec["restartPolicy"];
  return [
    ...labelCauses(jsonOf(template["metadata"])["labels"], `${field}.metadata.labels`),
    ...podSpecCauses(spec, `${field}.spec`),
    ...(restart.includes(String(policy))
      ? []
      : [unsupportedValue(`${field}.spec.restartPolicy`, policy, restart)]),
  ];
}

/** What is wrong with the spec of a pod. */
export function podSpecCauses(spec: Json, field: string): readonly Cause[] {
  const volumes = listOf(spec["volumes"]).map((volume) => jsonOf(volume)["name"]);
  const containers = listOf(spec["containers"]).map(jsonOf);
  const initial = listOf(spec["initContainers"]).map(jsonOf);
  return [
    ...(containers.length === 0 ? [requiredValue(`${field}.containers`)] : []),
    ...containerListCauses(containers, `${field}.containers`, volumes),
    ...containerListCauses(initial, `${field}.initContainers`, volumes),
    ...oneOf(spec["restartPolicy"], `${field}.restartPolicy`, ["Always", "OnFailure", "Never"]),
    ...oneOf(spec["dnsPolicy"], `${field}.dnsPolicy`, [
      "ClusterFirstWithHostNet",
      "ClusterFirst",
      "Default",
      "None",
    ]),
  ];
}

function containerListCauses(
  containers: readonly Json[],
  field: string,
  volumes: readonly unknown[],
): readonly Cause[] {
  const names = containers.map(({ name }) => name);
  return containers.flatMap((container, index) => [
    ...containerCauses(container, `${field}[${index}]`, volumes),
    ...(names.indexOf(names[index]) < index ? [duplicateValue(`${field}[${index}].name`, names[index])] : []),
  ]);
}

function containerCauses(container: Json, field: string, volumes: readonly unknown[]): readonly Cause[] {
  const { name, image } = container;
  const nameless = typeof name !== "string" || name === "";
  return [
    ...(nameless
      ? [requiredValue(`${field}.name`)]
      : nameProblems("label", name).map((problem) => invalidValue(`${field}.name`, name, problem))),
    ...imageCauses(image, `${field}.image`),
    ...oneOf(container["imagePullPolicy"], `${field}.imagePullPolicy`, ["Always", "IfNotPresent", "Never"]),
    ...listOf(container["ports"]).flatMap((port, index) =>
      portCauses(jsonOf(port), `${field}.ports[${index}]`),
    ),
    ...listOf(container["env"]).flatMap((one, index) =>
      variableCauses(jsonOf(one), `${field}.env[${index}]`),
    ),
    ...listOf(container["volumeMounts"]).flatMap((mount, index) =>
      mountCauses(jsonOf(mount), `${field}.volumeMounts[${index}]`, volumes),
    ),
    ...resourceCauses(jsonOf(container["resources"]), `${field}.resources`),
  ];
}

function imageCauses(image: unknown, field: string): readonly Cause[] {
  if (typeof image !== "string" || image === "") return [requiredValue(field)];
  return image.trim() === image
    ? []
    : [invalidValue(field, image, "must not have leading or trailing whitespace")];
}

function portCauses(port: Json, field: string): readonly Cause[] {
  const { containerPort } = port;
  if (containerPort === undefined) return [requiredValue(`${field}.containerPort`)];
  return [
    ...portNumberCauses(containerPort, `${field}.containerPort`),
    ...oneOf(port["protocol"], `${field}.protocol`, ["SCTP", "TCP", "UDP"]),
  ];
}

/** What is wrong with the number of a port. */
export function portNumberCauses(port: unknown, field: string): readonly Cause[] {
  const right = typeof port === "number" && port >= 1 && port <= 65_535;
  return right ? [] : [invalidValue(field, port, "must be between 1 and 65535, inclusive")];
}

function variableCauses({ name, value, valueFrom }: Json, field: string): readonly Cause[] {
  return [
    ...(name === undefined || name === "" ? [requiredValue(`${field}.name`)] : []),
    ...(isJson(valueFrom) && value !== undefined && value !== ""
      ? [invalidValue(`${field}.valueFrom`, "", "may not be specified when `value` is not empty")]
      : []),
  ];
}

function mountCauses(
  { name, mountPath }: Json,
  field: string,
  volumes: readonly unknown[],
): readonly Cause[] {
  return [
    ...(volumes.includes(name) ? [] : [missingValue(`${field}.name`, name)]),
    ...(mountPath === undefined || mountPath === "" ? [requiredValue(`${field}.mountPath`)] : []),
  ];
}

function resourceCauses(resources: Json, field: string): readonly Cause[] {
  const limits = jsonOf(resources["limits"]);
  return Object.entries(jsonOf(resources["requests"])).flatMap(([name, request]) => {
    const limit = limits[name];
    const tooMuch = limit !== undefined && (amount(request) ?? 0) > (amount(limit) ?? 0);
    const detail = `must be less than or equal to ${name} limit of ${String(limit)}`;
    return tooMuch ? [invalidValue(`${field}.requests`, request, detail)] : [];
  });
}

function amount(quantity: unknown): number | undefined {
  return typeof quantity === "string" || typeof quantity === "number" ? quantityValue(quantity) : undefined;
}

/** What is wrong with a field that takes only some values. */
export function oneOf(value: unknown, field: string, supported: readonly string[]): readonly Cause[] {
  return value === undefined || supported.includes(String(value))
    ? []
    : [unsupportedValue(field, value, supported)];
}
