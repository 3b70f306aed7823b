import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { stringify } from "yaml";
import type { KubeObject } from "../../../src/api/object.ts";
import type { ControlPlane } from "./controlPlane.ts";

const ours = fileURLToPath(new URL("../../../crds/", import.meta.url));
const gatewayApi = "sigs.k8s.io/gateway-api@v1.4.0";

/** Installs our CRDs as a user does, and those of the Gateway API from its Go module. */
export async function installOurs(plane: ControlPlane): Promise<void> {
  await applied(plane, ours);
  const folder = await moduleFolder(gatewayApi);
  await applied(
    plane,
    join(folder, "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml"),
    "--server-side",
  );
}

/** Installs the CRDs of Istio and Traefik from their Go modules, and further ones as objects. */
export async function installRouters(plane: ControlPlane, more: readonly KubeObject[]): Promise<void> {
  await installIstio(plane);
  await applied(plane, await traefikCrds(), "--server-side");
  const input = more.map((object) => stringify(object)).join("---\n");
  const { code, stderr } = await plane.kubectlWith({ input }, "apply", "-f", "-");
  if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
}

/** Installs the CRDs of Istio from its Go module. */
export async function installIstio(plane: ControlPlane): Promise<void> {
  const folder = await moduleFolder("istio.io/api@v1.27.0");
  await applied(plane, join(folder, "kubernetes/customresourcedefinitions.gen.yaml"), "--server-side");
}

/** Installs every CRD that Traefik watches: its own, and all of the Gateway API's standard channel. */
export async function installTraefik(plane: ControlPlane): Promise<void> {
  const standard = join(await moduleFolder(gatewayApi), "config/crd/standard");
  for (const path of [standard, await traefikCrds()]) await applied(plane, path, "--server-side");
}

async function traefikCrds(): Promise<string> {
  const reference = "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml";
  return join(await moduleFolder("github.com/traefik/traefik/v3@v3.6.7"), reference);
}

async function applied(plane: ControlPlane, path: string, ...flags: readonly string[]): Promise<void> {
  const { code, stderr } = await plane.kubectl("apply", ...flags, "-f", path);
  if (code !== 0) throw new Error(`kubectl apply -f ${path}: ${stderr}`);
  const waited = await plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=30s");
  if (waited.code !== 0) throw new Error(waited.stderr);
}

/** The folder of a Go module in the module cache; it is fetched when it is not there. */
async function moduleFolder(module: string): Promise<string> {
  const { stdout } = await promisify(execFile)("go", ["mod", "download", "-json", module], { cwd: ours });
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}
