import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { traefikBinary } from "../support/build.ts";
import { type Child, startChild, until } from "../support/child.ts";
import type { ControlPlane } from "../support/controlPlane.ts";
import { type Driver, ports } from "./manifests.ts";

/**
 * How long the proxy waits after a change of its configuration before it takes in the next: the endpoints of
 * dead pods are one change, the weight that follows them another. Its default is 2 s.
 */
const throttleMillis = 50;

/** What Traefik does with the requests of a driver at a moment. */
export interface Shared {
  /** The canary's share in percent; undefined while it has no route. */
  readonly canary: number | undefined;
  /** The addresses of the pods that it knows for the canary Service. */
  readonly canaryPods: readonly string[];
}

/** A request that failed, as Traefik logged it. */
export interface Logged {
  readonly RequestHost: string;
  readonly RequestPath: string;
  readonly DownstreamStatus: number;
  /** Of the pod that it was sent to; none when there was no pod. */
  readonly ServiceURL?: string | { readonly Host: string };
  readonly ServiceName?: string;
}

/** Traefik as a process of its own, which follows the API server. */
export interface TraefikProcess {
  readonly child: Child;
  /** What it does now, by its own API. */
  shared(driver: Driver): Promise<Shared>;
  /** The requests that it answered with 400 or more. */
  failed(): Promise<readonly Logged[]>;
}

/** A service of Traefik, as its API tells. */
interface ServiceInfo {
  readonly name: string;
  readonly weighted?: { readonly services: readonly { readonly name: string; readonly weight?: number }[] };
  readonly loadBalancer?: { readonly servers?: readonly { readonly url: string }[] };
}

/** Starts Traefik with both of its ways to learn what to do, and waits until it is ready. */
export async function startTraefik(plane: ControlPlane): Promise<TraefikProcess> {
  const ca = join(plane.folder, "traefik-ca.pem");
  const log = join(plane.folder, "traefik-access.log");
  await writeFile(ca, plane.ca);
  await writeFile(log, "");
  const providers = ["kubernetescrd", "kubernetesgateway"].flatMap((name) => [
    `--providers.${name}.endpoint=${plane.url}`,
    `--providers.${name}.token=${plane.adminToken}`,
    `--providers.${name}.certauthfilepath=${ca}`,
  ]);
  const flags = [
    `--entrypoints.web.address=127.0.0.1:${ports.web}`,
    `--entrypoints.traefik.address=127.0.0.1:${ports.api}`,
    "--api.insecure=true",
    "--ping=true",
    ...providers,
    `--providers.providersthrottleduration=${throttleMillis}ms`,
    "--providers.kubernetescrd.allowemptyservices=true", // as its chart has it
    `--accesslog.filepath=${log}`,
    "--accesslog.format=json",
    "--accesslog.filters.statuscodes=400-599",
    "--global.checknewversion=false",
    "--global.sendanonymoususage=false",
  ];
  const child = startChild("traefik", await traefikBinary(), flags, plane.folder);
  const api = `http://127.0.0.1:${ports.api}`;
  await until("Traefik to be ready", async () => (await fetch(`${api}/ping`)).ok, { children: [child] });
  return {
    child,
    async shared({ namespace }) {
      const reply = await fetch(`${api}/api/http/services?per_page=1000`);
      return sharedIn((await reply.json()) as readonly ServiceInfo[], namespace);
    },
    async failed() {
      const lines = (await readFile(log, "utf8")).split("\n").filter(Boolean);
      return lines.map((line) => JSON.parse(line) as Logged);
    },
  };
}

function sharedIn(services: readonly ServiceInfo[], namespace: string): Shared {
  const canaryName = `${namespace}-shop-canary-`;
  const pods = services.find(
    ({ name, loadBalancer }) => loadBalancer !== undefined && name.startsWith(canaryName),
  );
  const split = services
    .flatMap(({ weighted }) => (weighted === undefined ? [] : [weighted.services]))
    .find((children) => children.some(({ name }) => name.startsWith(canaryName)));
  const canaryPods = (pods?.loadBalancer?.servers ?? []).map(({ url }) => new URL(url).hostname);
  if (split === undefined) return { canary: undefined, canaryPods };
  const sum = split.reduce((total, { weight = 1 }) => total + weight, 0);
  const canary = split.find(({ name }) => name.startsWith(canaryName))?.weight ?? 1;
  return { canary: (canary / sum) * 100, canaryPods };
}
