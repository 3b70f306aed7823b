import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { guard } from "./guard.ts";
import { Missing } from "./missing.ts";

/** Where the executables of a control plane are. */
export interface Binaries {
  readonly etcd: string;
  readonly "kube-apiserver": string;
  readonly "kube-controller-manager": string;
}

/** What one Go module below `test/cluster/` builds. */
interface Recipe {
  /** What it is part of, which names the folder of modules and that of the cache. */
  readonly plane: "controlPlane" | "dataPlane";
  /** The folder of the go.mod. */
  readonly module: "etcd" | "kubernetes" | "traefik";
  /** The Go module whose required version names the cache folder. */
  readonly from: string;
  /** Go package by the name of its executable. */
  readonly packages: Readonly<Record<string, string>>;
}

const controlPlane: readonly Recipe[] = [
  {
    plane: "controlPlane",
    module: "etcd",
    from: "go.etcd.io/etcd/server/v3",
    packages: { etcd: "go.etcd.io/etcd/server/v3" },
  },
  {
    plane: "controlPlane",
    module: "kubernetes",
    from: "k8s.io/kubernetes",
    packages: {
      "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
      "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
    },
  },
];

const proxy: Recipe = {
  plane: "dataPlane",
  module: "traefik",
  from: "github.com/traefik/traefik/v3",
  packages: { traefik: "github.com/traefik/traefik/v3/cmd/traefik" },
};

const here = fileURLToPath(new URL("../", import.meta.url));
const caches = { controlPlane: "control-plane", dataPlane: "data-plane" };

/**
 * The executables of a control plane: those in `$KUBEBUILDER_ASSETS`, else those in the cache, else built
 * from source (five to seven minutes on two cores, once). Two processes may ask at the same time: one builds,
 * the other waits. `say` is told what takes long. Throws `Missing` where Go is needed and not there, or
 * cannot build.
 */
export async function binaries(say: (line: string) => void = () => {}): Promise<Binaries> {
  const found: Partial<Record<string, string>> = {};
  for (const recipe of controlPlane) Object.assign(found, await binariesOf(recipe, say));
  const { etcd, "kube-apiserver": apiServer, "kube-controller-manager": controllerManager } = found;
  if (etcd === undefined || apiServer === undefined || controllerManager === undefined) {
    throw new Error(`The recipes build only ${Object.keys(found).join(", ")}`);
  }
  return { etcd, "kube-apiserver": apiServer, "kube-controller-manager": controllerManager };
}

/** The path of Traefik, found or built likewise (five minutes on two cores, once). Throws `Missing`. */
export async function traefikBinary(say: (line: string) => void = () => {}): Promise<string> {
  const { traefik } = await binariesOf(proxy, say);
  if (traefik === undefined) throw new Error("The recipe of traefik does not build it");
  return traefik;
}

async function binariesOf(
  recipe: Recipe,
  say: (line: string) => void,
): Promise<Partial<Record<string, string>>> {
  const version = await requiredVersion(recipe);
  const folder = join(cacheFolder(recipe), `${recipe.module}-${version}`);
  const found = await present(recipe, folder);
  if (found !== undefined) return found;

  await mkdir(folder, { recursive: true });
  const unlock = await lock(join(folder, ".lock"), () =>
    say(`waiting for another build of ${recipe.module} ${version}`),
  );
  try {
    const meanwhile = await present(recipe, folder);
    if (meanwhile !== undefined) return meanwhile;
    say(`building ${Object.keys(recipe.packages).join(" and ")} ${version} into ${folder} (minutes, once)`);
    await build(recipe, version, folder);
  } finally {
    await unlock();
  }
  const built = await present(recipe, folder);
  if (built === undefined) throw new Error(`go build left nothing in ${folder}`);
  return built;
}

/** Every executable of the recipe, each from the assets or the cache; undefined when one is in neither. */
async function present(recipe: Recipe, folder: string): Promise<Record<string, string> | undefined> {
  const found: Record<string, string> = {};
  const assets = process.env.KUBEBUILDER_ASSETS;
  for (const name of Object.keys(recipe.packages)) {
    for (const place of [...(assets ? [assets] : []), folder]) {
      const path = join(place, name);
      if (found[name] === undefined && (await isExecutable(path))) found[name] = path;
    }
    if (found[name] === undefined) return undefined;
  }
  return found;
}

/** Builds every package of the recipe into a folder beside the cache, then moves each into place at once. */
async function build(recipe: Recipe, version: string, folder: string): Promise<void> {
  const fresh = await mkdtemp(`${folder}.build-`);
  const release = guard("folder", fresh);
  try {
    const [major, minor] = version.slice(1).split(".");
    const stamp = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: "clean" };
    const stamps = Object.entries(stamp).map(
      ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
    );
    const ldflags = ["-s", "-w", ...(recipe.module === "kubernetes" ? stamps : [])].join(" ");
    for (const [name, path] of Object.entries(recipe.packages)) {
      const flags = ["-buildvcs=false", "-trimpath", "-ldflags", ldflags];
      await go(join(here, recipe.plane, recipe.module), ["build", ...flags, "-o", join(fresh, name), path]);
      await rename(join(fresh, name), join(folder, name));
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
    release();
  }
}

async function go(folder: string, args: readonly string[]): Promise<void> {
  const said: string[] = [];
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off" };
  const child = spawn("nice", ["go", ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => said.push(String(text)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).catch((cause: unknown) => {
    throw new Missing(
      "go",
      `needed to build what the tests run on (or set KUBEBUILDER_ASSETS): ${String(cause)}`,
    );
  });
  if (code === 0) return;
  const why = said.join("").trim().split("\n").slice(-6).join("\n");
  throw new Missing("go", `cannot build what the tests run on (or set KUBEBUILDER_ASSETS): ${why}`);
}

/** The version that the go.mod of a recipe requires, such as `v1.35.4`. */
async function requiredVersion({ plane, module, from }: Recipe): Promise<string> {
  const text = await readFile(join(here, plane, module, "go.mod"), "utf8");
  const line = text.split("\n").find((l) =>
    l
      .replace(/^require /, "")
      .trim()
      .startsWith(`${from} v`),
  );
  const version = line?.match(/ (v\d+\.\d+\.\d+)\b/)?.[1];
  if (version === undefined) throw new Error(`${module}/go.mod requires no version of ${from}`);
  return version;
}

function cacheFolder({ plane }: Recipe): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lotse", caches[plane]);
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Holds a lock, a link that names this process, until the returned function runs; takes over that of a dead
 * one.
 */
async function lock(path: string, waiting: () => void): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries++) {
    try {
      await symlink(String(process.pid), path);
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(await readlink(path).catch(() => ""));
    if (holder > 0 && !isAlive(holder)) await rm(path, { force: true });
    else if (tries === 0) waiting();
    await sleep(500);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
