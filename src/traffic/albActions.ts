import { isJson, type Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import type { AlbRouting } from "../api/trafficRouting.ts";
import { listIn, numberIn, textIn } from "./fields.ts";
import type { ManagedRoute } from "./router.ts";
import type { Shares, Sides } from "./shares.ts";

/** One weighted Service of a forward action; the key casing is that of the load balancer controller. */
interface TargetGroup {
  readonly ServiceName: string;
  readonly ServicePort: string;
  readonly Weight: number;
}

/** The action that forwards to both versions: canary, experiments, stable (traffic-cli-ops 2.2.1). */
export function weightAction(
  config: AlbRouting,
  sides: Sides,
  { canary, stable, additional }: Shares,
): string {
  return forward(config, [
    group(config, sides.canary, canary),
    ...additional.map(({ service, weight }) => group(config, service, weight)),
    group(config, sides.stable, stable),
  ]);
}

/** The action of a header route: everything to the canary. */
export function headerAction(config: AlbRouting, sides: Sides): string {
  return forward(config, [group(config, sides.canary, 100)]);
}

/**
 * The condition of a header route: different headers must all hold, of the values of one header any (trap
 * T-35).
 */
export function headerCondition({ header }: ManagedRoute): string {
  const valuesOf = new Map<string, string[]>();
  for (const entry of header?.match ?? []) {
    const name = textIn(entry, "headerName") ?? "";
    const value = textIn(entry, "headerValue", "exact") ?? "";
    valuesOf.set(name, [...(valuesOf.get(name) ?? []), value]);
  }
  const conditions = [...valuesOf].map(([httpHeaderName, values]) => ({
    field: "http-header",
    httpHeaderConfig: { httpHeaderName, values },
  }));
  return JSON.stringify(conditions);
}

/** What an action forwards to; undefined when the text is none. */
export function groupsIn(action: string | undefined): readonly Json[] | undefined {
  const parsed = parsedJson(action ?? "{}");
  if (!isJson(parsed)) return undefined;
  return listIn(parsed, "ForwardConfig", "TargetGroups");
}

/**
 * The action with everything going to one Service: the one that the action is named after when it was among
 * its target groups, else the stable one (traffic-cli-ops 2.2.4, trap T-37). Undefined when nothing tells the
 * port.
 */
export function resetAction(action: string, service: string, stable: string): string | undefined {
  const parsed = parsedJson(action);
  if (!isJson(parsed)) return undefined;
  const groups = listIn(parsed, "ForwardConfig", "TargetGroups");
  const found = [service, stable].flatMap((name) => groups.filter((one) => one["ServiceName"] === name));
  const [kept] = found.length > 0 ? found : groups.length === 1 ? groups : [];
  if (kept === undefined) return undefined;
  const config = isJson(parsed["ForwardConfig"]) ? parsed["ForwardConfig"] : {};
  return JSON.stringify({
    ...parsed,
    ForwardConfig: { ...config, TargetGroups: [{ ...kept, Weight: 100 }] },
  });
}

/** The weight that an action gives a Service; 0 when it does not name it. */
export function weightIn(groups: readonly Json[], service: string): number {
  return groups.reduce(
    (sum, one) => sum + (one["ServiceName"] === service ? (numberIn(one, "Weight") ?? 0) : 0),
    0,
  );
}

/** The JSON in a text; undefined when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function forward({ stickinessConfig }: AlbRouting, groups: readonly TargetGroup[]): string {
  const { enabled = false, durationSeconds = 0 } = stickinessConfig ?? {};
  if (enabled && (durationSeconds < 1 || durationSeconds > 604800)) {
    throw new Problem(
      `stickinessConfig.durationSeconds must be between 1 and 604800, not ${durationSeconds}`,
    );
  }
  const sticky = { TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: durationSeconds } };
  return JSON.stringify({
    Type: "forward",
    ForwardConfig: { TargetGroups: groups, ...(enabled ? sticky : {}) },
  });
}

function group({ servicePort }: AlbRouting, service: string, weight: number): TargetGroup {
  return { ServiceName: service, ServicePort: String(servicePort), Weight: weight };
}
