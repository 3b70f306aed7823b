import { finderIn } from "../analysis/reach.ts";
import { type FindTemplate, referencedTemplates } from "../analysis/references.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import type { Rollout } from "../api/rollout.ts";
import { Cache } from "../reconcile/cache.ts";
import type { Ports } from "../reconcile/ports.ts";
import { routedRollout } from "../rollout/routed.ts";
import type { Template } from "../rollout/snapshot.ts";
import { notBuilt } from "../rollout/validate/notBuilt.ts";
import { atRest, checkAnalysis, placesOf } from "../rollout/validate/references.ts";
import { checkService, servicePaths } from "../rollout/validate/services.ts";
import { warnings } from "../rollout/validate/warnings.ts";
import { checkSpec } from "../rollout/validate.ts";
import { resolveWorkload } from "../rollout/workload.ts";
import { configuredRouters } from "../traffic/index.ts";
import { objectsSeen } from "../traffic/seen.ts";
import { doubt, type Remark, remarks } from "./lintFinding.ts";
import { clientOver } from "./readOnly.ts";

/** A Rollout, and the objects of the files, in namespaces. */
export interface Linted {
  readonly rollout: Rollout;
  readonly object: KubeObject;
  readonly namespace: string;
  readonly objects: readonly KubeObject[];
}

/**
 * What is to be said about a Rollout: what the controller would refuse, in its words, then what is hardly
 * meant. Objects that it names are judged where they are in the files; those that are not may be in the
 * cluster.
 */
export async function lintRollout(linted: Linted): Promise<readonly Remark[]> {
  const { rollout } = linted;
  const force = await inForce(linted);
  const own = remarks(() => {
    checkSpec(rollout, force);
    const missing = notBuilt(rollout);
    if (missing !== undefined) throw missing;
  });
  const found = own.length > 0 ? [] : await references(linted, force.resolved ? force.template : undefined);
  return [...own, ...found, ...warnings(rollout).map(({ path, message }) => doubt(path, message))];
}

/** The ways to the objects of the files. */
function portsOver(objects: readonly KubeObject[]): Pick<Ports, "cache" | "client"> {
  return { cache: new Cache(), client: clientOver(objects) };
}

async function inForce({ rollout: { spec }, namespace, objects }: Linted) {
  const { template, selector, problem } = await resolveWorkload(spec, namespace, portsOver(objects) as Ports);
  const isMissing = problem?.endsWith("not found") === true;
  if (problem === undefined) return { template, selector, resolved: true };
  if (isMissing) return { template: undefined, selector: spec.selector, resolved: false };
  throw new Problem(problem, { path: "spec.workloadRef" }, `spec.workloadRef: ${problem}`);
}

async function references(linted: Linted, template: Template | undefined): Promise<readonly Remark[]> {
  return [...lintServices(linted, template), ...lintAnalyses(linted), ...(await lintRouters(linted))];
}

function lintServices(
  { rollout, namespace, objects }: Linted,
  template: Template | undefined,
): readonly Remark[] {
  const services = objects.filter(
    ({ apiVersion, kind, metadata }) =>
      apiVersion === "v1" && kind === "Service" && metadata.namespace === namespace,
  );
  return servicePaths(rollout.spec).flatMap(([field, name = ""]) => {
    const path = `spec.strategy.${field}`;
    const service = services.find(({ metadata }) => metadata.name === name);
    if (service !== undefined) {
      return remarks(() => checkService(service, path, rollout.metadata.name, template));
    }
    return name === "" || services.length === 0 ? [] : [doubt(path, `Service "${name}" is not in the files`)];
  });
}

function lintAnalyses({ rollout, namespace, objects }: Linted): readonly Remark[] {
  const templates = new Map(
    objects
      .filter(({ kind }) => kind === "AnalysisTemplate" || kind === "ClusterAnalysisTemplate")
      .map((one) => [
        one.kind === "AnalysisTemplate"
          ? `${one.metadata.namespace}/${one.metadata.name}`
          : one.metadata.name,
        one,
      ]),
  );
  const find = finderIn(templates, namespace);
  return placesOf(rollout).flatMap((place) => {
    const missing: string[] = [];
    const noting: FindTemplate = (name, clusterScope) => {
      const spec = find(name, clusterScope);
      if (spec === undefined) missing.push(`${clusterScope ? "Cluster" : ""}AnalysisTemplate "${name}"`);
      return spec;
    };
    const found = remarks(() =>
      checkAnalysis({
        ...place,
        found: referencedTemplates(place.analysis.templates ?? [], noting, place.path),
      }),
    );
    const [first] = missing;
    if (first === undefined) return found;
    return templates.size === 0 ? [] : [doubt(place.path, `${first} is not in the files`)];
  });
}

/** How routers say that an object is not there: it may be in the cluster. */
const absent = /(["`] not found|is missing)$/;

/** What the routers say about their configuration, and about those of their objects that are in the files. */
async function lintRouters({ rollout, object, objects }: Linted): Promise<readonly Remark[]> {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  if (canary?.trafficRouting === undefined || blueGreen !== undefined) return [];
  const ports = portsOver(objects);
  const found: Remark[] = [];
  for (const one of configuredRouters(canary.trafficRouting)) {
    const seen = await objectsSeen(one, routedRollout(object), ports);
    const isWhole = seen.objects.every((each) => each !== undefined);
    const said = remarks(() => one.router.check?.(one.config, seen.objects, atRest(rollout, seen.objects)));
    found.push(...said.filter(({ message }) => isWhole || !absent.test(message)));
  }
  return found;
}
