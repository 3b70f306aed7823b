import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { isJson } from "../../../src/api/json.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import { looseDefinition } from "../../../src/sim/looseKinds.ts";
import { appMeshDefinitions } from "./appMeshCrds.ts";

/** A schema of a definition, as it stands there. */
type Schema = Readonly<Record<string, unknown>>;

interface Definition extends KubeObject {
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly versions: readonly {
      readonly name: string;
      readonly schema?: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/**
 * The CRDs of the routers that are installed one by one: those of APISIX, Emissary and SMI from their Go
 * modules, those of App Mesh as its API documentation describes them, and one of a house-made kind.
 */
export async function routerDefinitions(): Promise<readonly KubeObject[]> {
  const own = { apiVersion: "mesh.example.org/v1", kind: "Split", metadata: { name: "" } };
  const found = await Promise.all([apisixRoute(), mapping(), trafficSplit()]);
  return [...found, ...appMeshDefinitions(), looseDefinition(own)];
}

function apisixRoute(): Promise<KubeObject> {
  const file = "samples/deploy/crd/v1/ApisixRoute.yaml";
  return definition(
    "github.com/apache/apisix-ingress-controller@v1.8.4",
    file,
    "apisixroutes.apisix.apache.org",
  );
}

/** Mappings in the version that is stored: the others are converted by a server that does not run here. */
async function mapping(): Promise<KubeObject> {
  const module = "github.com/emissary-ingress/emissary/v3@v3.9.1";
  const found = await definition(module, "pkg/api/getambassador.io/crds.yaml", "mappings.getambassador.io");
  const { conversion: _webhook, ...spec } = found.spec;
  const versions = found.spec.versions.filter(({ name }) => name === "v2");
  const text = JSON.stringify(versions, (_, value) => (isEither(value) ? anything : value));
  return { ...found, spec: { ...spec, versions: JSON.parse(text) as unknown } };
}

const anything = { "x-kubernetes-preserve-unknown-fields": true };

/** Whether a schema has several types to choose from: definitions may not say that, its publisher opens it. */
function isEither(schema: unknown): boolean {
  return isJson(schema) && Array.isArray(schema["oneOf"]) && schema["type"] === undefined;
}

/**
 * TrafficSplits as version v1alpha1 has them, where weights are quantities; the module has the schema of a
 * later version, in a form of definitions that is not served any more.
 */
async function trafficSplit(): Promise<KubeObject> {
  const module = "github.com/servicemeshinterface/smi-sdk-go@v0.5.0";
  const found = await definition(module, "crds/split.yaml", "trafficsplits.split.smi-spec.io");
  const { validation } = found.spec as { validation?: { openAPIV3Schema: Schema } };
  const weight = { "x-kubernetes-int-or-string": true };
  const schema = JSON.parse(
    JSON.stringify(validation?.openAPIV3Schema, (key, value) => (key === "weight" ? weight : value)),
  ) as Schema;
  const { group, names, scope } = found.spec;
  const openAPIV3Schema = { ...schema, type: "object" };
  const versions = [{ name: "v1alpha1", served: true, storage: true, schema: { openAPIV3Schema } }];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: found.kind,
    metadata: { name: found.metadata.name },
    spec: { group, names, scope, versions },
  };
}

/** A definition by its name from a file of a Go module. */
async function definition(module: string, file: string, name: string): Promise<Definition> {
  const text = await readFile(join(await moduleFolder(module), file), "utf8");
  const found = parseAllDocuments(text).map((document) => document.toJS() as Definition | null);
  const wanted = found.find((one) => one?.metadata.name === name);
  if (wanted === undefined || wanted === null) throw new Error(`there is no ${name} in ${file}`);
  return wanted;
}

/** The folder of a Go module in the module cache; it is fetched when it is not there. */
async function moduleFolder(module: string): Promise<string> {
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", module], { cwd });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}
