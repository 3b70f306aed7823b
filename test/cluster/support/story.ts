import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import type { KubeObject } from "../../../src/api/object.ts";
import { until } from "./child.ts";
import { scenarios } from "./controller.ts";
import type { ControlPlane } from "./controlPlane.ts";

/** What the seed manifest needs changed to be played in seconds against a server of metrics at hand. */
export interface StoryOptions {
  readonly namespace: string;
  readonly address: string;
  /** More to put into `spec.strategy.canary`, and objects beside. */
  readonly canary?: Readonly<Record<string, unknown>>;
  readonly beside?: readonly KubeObject[];
}

interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: manifests are edited here as their author would
  [field: string]: any;
}

/** The seed manifest and its two Services, patched: address, pauses, interval and range of the query. */
export function seedStory({
  namespace,
  address,
  canary = {},
  beside = [],
}: StoryOptions): readonly KubeObject[] {
  const objects = parseAllDocuments(readFileSync(join(scenarios, "seed.yaml"), "utf8")).map(
    (document) => document.toJS() as Loose,
  );
  for (const object of objects) {
    object["metadata"].namespace = namespace;
    if (object["kind"] === "Rollout") {
      const strategy = object["spec"].strategy.canary;
      for (const step of strategy.steps) if (step.pause !== undefined) step.pause.duration = "4s";
      Object.assign(strategy, canary);
    }
    if (object["kind"] === "AnalysisTemplate") {
      const [metric] = object["spec"].metrics;
      metric.interval = "1s";
      metric.provider.prometheus.address = address;
      metric.provider.prometheus.query = metric.provider.prometheus.query.replaceAll("[5m]", "[5s]");
    }
  }
  return [...(objects as unknown as KubeObject[]), ...beside];
}

/** The patch of the seed manifest in words, for the log. */
export const shownPatch =
  "pauses 5m -> 4s, interval 60s -> 1s, range [5m] -> [5s], address -> the server of this test";

/** The Rollout of a story on a control plane. */
export class Story {
  readonly #plane: ControlPlane;
  readonly namespace: string;

  constructor(plane: ControlPlane, namespace: string) {
    this.#plane = plane;
    this.namespace = namespace;
  }

  /** kubectl in the namespace of the story; what it prints. Throws when it fails. */
  async kubectl(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#plane.kubectl("-n", this.namespace, ...args);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
    return stdout;
  }

  /** Creates the namespace and applies the objects as a user does. */
  async begin(objects: readonly KubeObject[]): Promise<void> {
    await this.#plane.kubectl("create", "namespace", this.namespace);
    const input = objects.map((object) => stringify(object)).join("---\n");
    const { code, stderr } = await this.#plane.kubectlWith(
      { input },
      "apply",
      "-n",
      this.namespace,
      "-f",
      "-",
    );
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
    await this.phase("Healthy");
  }

  /** The field at a JSONPath of an object. */
  async field(object: string, path: string): Promise<string> {
    return this.kubectl("get", object, "-o", `jsonpath={${path}}`);
  }

  /** Waits until the Rollout has the phase. */
  async phase(wanted: string, seconds = 60): Promise<void> {
    await this.value("rollout/my-api", ".status.phase", wanted, seconds);
  }

  /** Waits until a field has the value. */
  async value(object: string, path: string, wanted: string, seconds = 60): Promise<void> {
    let last = "";
    await until(
      `${object} ${path} = ${wanted} in ${this.namespace}`,
      async () => {
        last = await this.field(object, path);
        return last === wanted;
      },
      { seconds },
    ).catch(async (error: unknown) => {
      const status = await this.kubectl("get", "rollout,replicaset,analysisrun", "-o", "wide").catch(String);
      const full = await this.field("rollout/my-api", ".status").catch(String);
      throw new Error(`${String(error)}: it is ${last}\n${status}\n${full}`);
    });
  }

  /** Sets the image of the only container. */
  async image(tag: string): Promise<void> {
    const patch = [
      {
        op: "replace",
        path: "/spec/template/spec/containers/0/image",
        value: `myregistry.com/my-api:${tag}`,
      },
    ];
    await this.kubectl("patch", "rollout", "my-api", "--type=json", `-p=${JSON.stringify(patch)}`);
  }

  async end(): Promise<void> {
    await this.#plane.kubectl("delete", "namespace", this.namespace, "--wait=false");
  }
}
