import { type FindTemplate, type FoundTemplate, referencedTemplates } from "../../analysis/references.ts";
import { checkReferencedAnalysis } from "../../analysis/validateReferences.ts";
import type { KubeObject } from "../../api/object.ts";
import type { Rollout } from "../../api/rollout.ts";
import { managedNames } from "../../traffic/note.ts";
import type { Wanted } from "../../traffic/router.ts";
import { type AnalysisPlace, analysisPlaces } from "../analysisPlaces.ts";
import type { RouterSeen, Template } from "../snapshot.ts";
import { checkService, foundServices } from "./services.ts";

/** A Rollout and the objects that it names, as far as they exist. */
export interface References {
  readonly rollout: Pick<Rollout, "metadata" | "spec">;
  /** The pod template in force; undefined where it is not known. */
  readonly template: Template | undefined;
  /** The Services by name. */
  readonly services: ReadonlyMap<string, KubeObject>;
  readonly find: FindTemplate;
  readonly routers: readonly RouterSeen[];
}

/**
 * Checks what a Rollout names: Services and analysis templates must be there, then each of them must fit,
 * then the objects of its routers. Throws the first `Problem`; its message is what the `InvalidSpec`
 * condition says. Paths have the strategy's name in them, as the peer's do (rollout-core 3.3, analysis
 * 1.9.2).
 */
export function checkReferences(references: References): void {
  const { rollout, template, services, find, routers } = references;
  const named = foundServices(rollout.spec, services);
  const analyses = placesOf(rollout).map((place) => ({
    ...place,
    found: referencedTemplates(place.analysis.templates ?? [], find, place.path),
  }));
  for (const { path, service } of named) checkService(service, path, rollout.metadata.name, template);
  for (const analysis of analyses) checkAnalysis(analysis);
  for (const { router, config, objects } of routers)
    router.check?.(config, objects, atRest(rollout, objects));
}

/** The analyses of a Rollout and where it declares them. */
export function placesOf({ spec }: References["rollout"]): readonly AnalysisPlace[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  return analysisPlaces({ canary, blueGreen, steps: canary?.steps ?? [] });
}

/** Checks that an analysis of a Rollout can become a run of its templates. */
export function checkAnalysis(place: AnalysisPlace & { readonly found: readonly FoundTemplate[] }): void {
  const { type, analysis, path, found } = place;
  checkReferencedAnalysis({
    path,
    templates: found,
    args: (analysis.args ?? []).map(({ name, value = "" }) => ({ name, value })),
    dryRun: analysis.dryRun,
    measurementRetention: analysis.measurementRetention,
    background: type === "Background",
  });
}

/** The traffic of a Rollout whose stable version has it all: routers judge these objects of theirs by it. */
export function atRest(
  { metadata, spec }: References["rollout"],
  objects: readonly (KubeObject | undefined)[],
): Wanted {
  const { namespace = "", name } = metadata;
  const { canaryService = "", stableService = "", pingPong, trafficRouting } = spec.strategy?.canary ?? {};
  return {
    namespace,
    rollout: { name, uid: metadata.uid ?? "" },
    canaryService,
    stableService,
    pingPong:
      pingPong === undefined
        ? undefined
        : { ping: pingPong.pingService, pong: pingPong.pongService, stable: "ping" },
    weight: 0,
    max: trafficRouting?.maxTrafficWeight ?? 100,
    additional: [],
    former: [],
    canaryHash: "",
    stableHash: "",
    routes: [],
    ...managedNames(trafficRouting?.managedRoutes, objects, `${namespace}/${name}`),
  };
}
