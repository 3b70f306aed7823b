import type { Logger } from "pino";
import type { KubeObject } from "../api/object.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import { targetOf } from "../reconcile/effect.ts";
import { keyParts } from "../reconcile/kind.ts";
import type { Outcome, Plan } from "../reconcile/plan.ts";
import type { Recorder, Witness } from "../reconcile/ports.ts";

/** Tells several witnesses. */
export function witnesses(...all: readonly Witness[]): Witness {
  return {
    reconciled(...seen) {
      for (const one of all) one.reconciled(...seen);
    },
    failed(...seen) {
      for (const one of all) one.failed(...seen);
    },
    waited(...seen) {
      for (const one of all) one.waited?.(...seen);
    },
  };
}

/**
 * Writes what became of each plan to the log, with the names that operators of the peer look for. A look that
 * changed nothing is a debug line. Conflicts are everyday news; other failures are warnings.
 */
export function logWitness(log: Logger): Witness {
  return {
    reconciled(kind, key, plan, outcome, tookMillis) {
      const fields = about(kind, key);
      for (const effect of outcome.done) log.info({ ...fields, ...written(effect) }, "Applied");
      if (outcome.status === "written")
        log.info({ ...fields, patch: JSON.stringify(plan.status?.patch) }, "Patched");
      if (outcome.failed) log[levelOf(outcome)]({ ...fields, ...failure(outcome) }, "Request failed");
      const quiet = outcome.done.length === 0 && outcome.status !== "written" && outcome.failed === undefined;
      const done = { ...fields, time_ms: Math.round(tookMillis * 10) / 10, ...problemOf(plan) };
      log[quiet ? "debug" : "info"](done, "Reconciliation completed");
    },
    failed(kind, key, error) {
      log.error({ ...about(kind, key), error: textOf(error) }, "Reconciliation failed");
    },
  };
}

/** Passes events on, after writing each to the log. */
export function loggedRecorder(log: Logger, next: Recorder): Recorder {
  return {
    record(object: KubeObject, note: EventNote) {
      const { namespace, name } = object.metadata;
      const fields = { [object.kind.toLowerCase()]: name, namespace, event_reason: note.reason };
      log[note.type === "Warning" ? "warn" : "info"](fields, note.message);
      next.record(object, note);
    },
  };
}

function about(kind: string, key: string): Record<string, unknown> {
  const { namespace, name } = keyParts(key);
  return { [kind]: name, namespace };
}

function written(effect: Effect): Record<string, unknown> {
  const { kind, name } = targetOf(effect);
  return { do: effect.do, object: `${kind}/${name}`, why: effect.why };
}

function failure({ failed }: Outcome): Record<string, unknown> {
  if (failed === undefined) return {};
  const { effect, error } = failed;
  const what = effect === "status" ? { do: "status" } : written(effect);
  return { ...what, code: error.code, error_reason: error.reason, error: error.message };
}

function levelOf({ failed }: Outcome): "info" | "warn" {
  return failed?.error.code === 409 || failed?.error.reason === "Paused" ? "info" : "warn";
}

function problemOf({ problem }: Plan): Record<string, unknown> {
  return problem === undefined ? {} : { problem };
}

/** Errors of this program come with their stack, because nobody else can say where they are from. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isOurs = error.name === "ApiError" || error.name === "Problem" || error.stack === undefined;
  return isOurs ? `${error.name}: ${error.message}` : (error.stack ?? "");
}
