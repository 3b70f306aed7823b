import { Problem } from "../api/problem.ts";
import { Kayenta } from "../api/providers.ts";
import { duration, type Instant, later, type Millis, rfc3339, seconds } from "../api/time.ts";
import type { Measured } from "../reconcile/measure.ts";
import type { HttpReply } from "./http.ts";
import { items, members, parsedJson } from "./json.ts";
import { type Asking, provider } from "./provider.ts";

type Scope = Kayenta["scopes"][number];

/** How long a judgement is waited for between two looks. */
const patience = seconds(15);

/** Kayenta: its judge compares two versions and gives a score; conditions are not asked (analysis 6.5). */
export const kayenta = provider(Kayenta, {
  async run(spec, asking) {
    const id = await configurationOf(spec, asking);
    const { pass, marginal } = spec.threshold;
    const scopes = Object.fromEntries(spec.scopes.map((scope) => [scope.name, scopeOf(scope, spec, asking)]));
    const accounts = [
      `application=${spec.application}`,
      `metricsAccountName=${spec.metricsAccountName}`,
      `configurationAccountName=${spec.configurationAccountName}`,
      `storageAccountName=${spec.storageAccountName}`,
    ];
    const reply = await asking.http({
      method: "POST",
      url: `${spec.address}/canary/${id}?${accounts.join("&")}`,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ scopes, thresholds: { pass, marginal } }),
      timeout: patience,
      reads: false,
      signal: asking.signal,
    });
    const execution = members(parsedJson(reply.body))["canaryExecutionId"];
    if (reply.status !== 200 || typeof execution !== "string") throw new Problem("Invalid Response");
    return {
      is: "running",
      resumeAt: later(asking.now, patience),
      metadata: { canaryExecutionId: execution },
    };
  },

  async resume(spec, asking) {
    const reply = await read(`${spec.address}/canary/${asking.metadata["canaryExecutionId"] ?? ""}`, asking);
    const judgement = members(parsedJson(reply.body));
    if (reply.status !== 200) throw new Problem(`Invalid Response: HTTP ${reply.status}`);
    if (typeof judgement["complete"] !== "boolean") throw new Problem("Missing Complete Status");
    if (!judgement["complete"]) return { is: "running", resumeAt: later(asking.now, patience) };
    return verdictOf(judgement, spec);
  },
});

function verdictOf(judgement: Readonly<Record<string, unknown>>, { threshold }: Kayenta): Measured {
  const result = members(members(members(judgement["result"])["judgeResult"])["score"]);
  const { score: exact } = result;
  if (typeof exact !== "number") throw new Problem("Missing Score");
  const score = Math.trunc(exact);
  const isMarginal = score >= threshold.marginal;
  const phase = score >= threshold.pass ? "Successful" : isMarginal ? "Inconclusive" : "Failed";
  return { is: "verdict", phase, text: String(score) };
}

/** The id of the configuration with the name asked for. The account is that of the storage. */
async function configurationOf(spec: Kayenta, asking: Asking): Promise<string> {
  const account = `application=${spec.application}&configurationAccountName=${spec.storageAccountName}`;
  const reply = await read(`${spec.address}/canaryConfig?${account}`, asking);
  if (reply.status !== 200) throw new Problem(`Invalid Response: HTTP ${reply.status}`);
  const found = items(parsedJson(reply.body))
    .map(members)
    .find(({ name }) => name === spec.canaryConfigName);
  if (found === undefined) throw new Problem("Canary config not found");
  return String(found["id"]);
}

function read(url: string, { http, signal }: Asking): Promise<HttpReply> {
  return http({ method: "GET", url, timeout: patience, reads: true, signal });
}

function scopeOf({ controlScope, experimentScope }: Scope, spec: Kayenta, asking: Asking) {
  for (const field of ["start", "end"] as const) {
    if ((controlScope[field] ?? "") === "" && (experimentScope[field] ?? "") === "") continue;
    if ((controlScope[field] ?? "") !== "" && (experimentScope[field] ?? "") !== "") continue;
    throw new Problem(`controlScope.${field} and experimentScope.${field} must both be set or be empty`);
  }
  const detail = ({ scope, region, step, start = "", end = "" }: Scope["controlScope"]) => ({
    scope,
    location: region,
    step,
    start: start === "" ? rfc3339(startOf(spec, asking)) : start,
    end: end === "" ? rfc3339(asking.now) : end,
  });
  return { controlScope: detail(controlScope), experimentScope: detail(experimentScope) };
}

/** One interval back, or to the start of the run; in its first look a run has no start yet (trap 33). */
function startOf({ lookback }: Kayenta, { metric, run, now }: Asking): Instant {
  if (lookback === true) return run.startedAt ?? now;
  try {
    return later(now, -duration(metric.interval ?? "") as Millis);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`Invalid duration ${JSON.stringify(metric.interval ?? "")}: ${error.message}`);
  }
}
