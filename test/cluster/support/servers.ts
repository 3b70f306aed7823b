import { generateKeyPair } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Binaries } from "./build.ts";
import { type Child, startChild, until } from "./child.ts";
import { apiServerFlags, controllerManagerFlags, etcdFlags, files, type Layout } from "./flags.ts";
import { writeKubeconfig } from "./kubectl.ts";

/** Flags that a test adds to those that every control plane has. A later flag overrules an earlier one. */
export interface ExtraFlags {
  readonly etcd?: readonly string[];
  readonly apiServer?: readonly string[];
  readonly controllerManager?: readonly string[];
}

/** The processes of one control plane. */
export class Servers {
  readonly #binaries: Binaries;
  readonly #layout: Layout;
  readonly #flags: ExtraFlags;
  readonly #token: string;
  #etcd: Child | undefined;
  #apiServer: Child | undefined;
  #controllerManager: Child | undefined;

  /** `token` is the administrator's: readiness is asked with it. */
  constructor(binaries: Binaries, layout: Layout, flags: ExtraFlags, token: string) {
    this.#binaries = binaries;
    this.#layout = layout;
    this.#flags = flags;
    this.#token = token;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#layout.apiServerPort}`;
  }

  /**
   * Starts etcd and the API server and waits until it is ready; answers its certificates (PEM), which carry
   * its CA.
   */
  async start(): Promise<string> {
    const at = files(this.#layout);
    const pair = await promisify(generateKeyPair)("ec", { namedCurve: "prime256v1" });
    await writeFile(at.signingKey, pair.privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
    await writeFile(at.publicKey, pair.publicKey.export({ type: "spki", format: "pem" }));
    this.#startEtcd();
    this.#startApiServer();
    await this.#ready();
    return await readFile(at.certificate, "utf8");
  }

  /**
   * Starts the controller manager, as the holder of a token. It is not waited for: it acts within two
   * seconds.
   */
  async startControllerManager(ca: string, token: string): Promise<void> {
    await writeKubeconfig(files(this.#layout).controllerManagerKubeconfig, this.url, ca, token);
    const flags = [...controllerManagerFlags(this.#layout), ...(this.#flags.controllerManager ?? [])];
    const command = this.#binaries["kube-controller-manager"];
    this.#controllerManager = startChild("kube-controller-manager", command, flags, this.#layout.folder);
  }

  /** Kills the API server and starts it again on the same port; `downFor` (ms) is how long it stays away. */
  async restartApiServer(downFor: number): Promise<void> {
    await this.#apiServer?.stop();
    await sleep(downFor);
    this.#startApiServer();
    await this.#ready();
  }

  /** Kills etcd and starts it again with its data; the API server stays, and answers errors meanwhile. */
  async restartEtcd(downFor: number): Promise<void> {
    await this.#etcd?.stop();
    await sleep(downFor);
    this.#startEtcd();
    await this.#ready();
  }

  /** Kills them all. */
  async stop(): Promise<void> {
    for (const child of [this.#controllerManager, this.#apiServer, this.#etcd]) await child?.stop();
  }

  #startEtcd(): void {
    const flags = [...etcdFlags(this.#layout), ...(this.#flags.etcd ?? [])];
    this.#etcd = startChild("etcd", this.#binaries.etcd, flags, this.#layout.folder);
  }

  #startApiServer(): void {
    const flags = [...apiServerFlags(this.#layout), ...(this.#flags.apiServer ?? [])];
    this.#apiServer = startChild(
      "kube-apiserver",
      this.#binaries["kube-apiserver"],
      flags,
      this.#layout.folder,
    );
  }

  async #ready(): Promise<void> {
    const children = [this.#etcd, this.#apiServer].filter((child) => child !== undefined);
    await until("The API server is ready", async () => (await this.#status("/readyz")) === 200, { children });
  }

  /** The HTTP status of a path; the certificate is not checked, as it may only just be written. */
  #status(path: string): Promise<number> {
    const headers = { authorization: `Bearer ${this.#token}` };
    return new Promise((resolve, reject) => {
      const asked = request(`${this.url}${path}`, {
        rejectUnauthorized: false,
        agent: false,
        headers,
        timeout: 5000,
      });
      asked.once("response", (reply) => resolve(reply.resume().statusCode ?? 0));
      asked.once("timeout", () => asked.destroy(new Error("no answer in 5 s")));
      asked.once("error", reject);
      asked.end();
    });
  }
}
