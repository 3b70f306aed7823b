import { equal } from "node:assert/strict";
import { test } from "node:test";
import { label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { podTemplateHash } from "../../src/api/podTemplate/hash.ts";
import type { Client, Ports } from "../../src/reconcile/ports.ts";
import type { Template } from "../../src/rollout/snapshot.ts";
import { Twins } from "../../src/rollout/twins.ts";
import { seen, t0 } from "../support/rolloutSeen.ts";

const version = (image: string, more: object = {}): Template => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image, ...more }] },
});

/** A ReplicaSet of a version, under the hash that its controller gave it. */
function setOf(template: Template, hash = podTemplateHash(template, undefined)): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: `web-${hash}`, labels: { [label.podHash]: hash } },
    spec: {
      template: {
        ...template,
        metadata: { labels: { ...template.metadata?.labels, [label.podHash]: hash } },
      },
    },
  };
}

/** A controller, and how often it has asked for a defaulted template. */
class Looker {
  asked = 0;
  readonly #twins = new Twins();

  look(template: Template, replicaSets: readonly KubeObject[]): Promise<string | undefined> {
    const hash = podTemplateHash(template, undefined);
    const create = (object: KubeObject) => {
      this.asked += 1;
      return Promise.resolve(object);
    };
    const ports = { client: { create } as unknown as Client, clock: { now: () => t0 } } as unknown as Ports;
    const snapshot = seen({ spec: { template }, replicaSets, more: { template, hash } });
    return this.#twins.of(snapshot, ports);
  }
}

const one = version("web:1");
const two = version("web:2");
const oneWithEnv = version("web:1", { env: [{ name: "A", value: "b" }] });

test("twins: a ReplicaSet with somebody else's hash is found by what its template means", async () => {
  const looker = new Looker();
  equal(await looker.look(one, [setOf(one, "foreign"), setOf(two, "other")]), "web-foreign");
  equal(await looker.look(one, [setOf(one, "foreign"), setOf(two, "other")]), "web-foreign");
  equal(looker.asked, 1);
});

test("twins: where all versions had other images nobody is asked", async () => {
  const looker = new Looker();
  equal(await looker.look(one, [setOf(one)]), undefined);
  equal(await looker.look(two, [setOf(one)]), undefined);
  equal(looker.asked, 0);
});

test("twins: where an image is the same, or a version is not known, the API server is asked", async () => {
  const looker = new Looker();
  equal(await looker.look(one, [setOf(one)]), undefined);
  equal(await looker.look(oneWithEnv, [setOf(one)]), undefined);
  equal(looker.asked, 1);
  equal(await looker.look(two, [setOf(one), setOf(two, "foreign")]), "web-foreign");
  equal(looker.asked, 2);
});

test("twins: where there is no ReplicaSet nobody is asked", async () => {
  const looker = new Looker();
  equal(await looker.look(one, []), undefined);
  equal(looker.asked, 0);
});
