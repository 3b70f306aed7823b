import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { type KubeObject, type ObjectRef, refOf, refText } from "../../src/api/object.ts";
import { matches, parseSelector } from "../../src/api/selector.ts";
import { ApiError, type Ports } from "../../src/reconcile/ports.ts";
import { type ConfiguredRouter, routers } from "../../src/traffic/index.ts";
import type { Router } from "../../src/traffic/router.ts";
import { objectsSeen } from "../../src/traffic/seen.ts";
import { namespace, object } from "./support.ts";

const v1 = "gateway.networking.k8s.io/v1";
const mesh = "appmesh.k8s.aws/v1beta2";
const named = object(v1, "HTTPRoute", "named");
const selected = object(v1, "HTTPRoute", "selected", {}, { labels: { app: "shop" } });
const other = object(v1, "HTTPRoute", "other", {}, { labels: { app: "x" } });
const rollout = { namespace, name: "shop-ro", stableService: "shop-stable", managed: ["beta"] };

function ports(
  objects: readonly KubeObject[],
  watched: boolean,
  code = 404,
): Pick<Ports, "cache" | "client"> {
  const get = (ref: ObjectRef) => objects.find((one) => refText(refOf(one)) === refText(ref));
  const all = (kind: string) => objects.filter((one) => one.kind === kind);
  const absent = () =>
    Promise.reject(new ApiError(code, "NotFound", "the server could not find the resource"));
  return {
    cache: { watches: () => watched, get, list: ({ kind }: { kind: string }) => all(kind) },
    client: {
      get: async (ref: ObjectRef) => (objects.length === 0 ? absent() : get(ref)),
      list: async ({ kind }: { kind: string }, { labelSelector = "" } = {}) =>
        objects.length === 0
          ? absent()
          : all(kind).filter((one) => matches(parseSelector(labelSelector), one.metadata.labels)),
    },
  } as unknown as Pick<Ports, "cache" | "client">;
}

function configured(name: keyof typeof routers, config: unknown): ConfiguredRouter {
  return { name, router: routers[name] as Router, config };
}

const gateway = configured("gatewayAPI", {
  httpRoutes: [{ name: "named" }, { name: "gone" }],
  httpRouteSelector: { matchLabels: { app: "shop" } },
});

for (const watched of [true, false]) {
  test(`named objects, then those found by labels: ${watched ? "watched" : "asked for"}`, async () => {
    const { refs, objects } = await objectsSeen(gateway, rollout, ports([named, selected, other], watched));
    deepEqual(objects, [named, undefined, selected]);
    deepEqual(
      refs.map((ref) => ref.name),
      ["named", "gone", "selected"],
    );
  });
}

test("what an object leads to is read behind it", async () => {
  const ref = { virtualRouterRef: { name: "r" } };
  const service = object(mesh, "VirtualService", "shop", { spec: { provider: { virtualRouter: ref } } });
  const router = object(mesh, "VirtualRouter", "r");
  const config = { virtualService: { name: "shop" } };
  const { objects } = await objectsSeen(
    configured("appMesh", config),
    rollout,
    ports([service, router], true),
  );
  deepEqual(objects, [service, router]);
});

test("the objects of managed routes are read too", async () => {
  const { refs } = await objectsSeen(
    configured("apisix", { route: { name: "shop" } }),
    rollout,
    ports([named], true),
  );
  deepEqual(
    refs.map((ref) => ref.name),
    ["shop", "beta"],
  );
});

test("a kind without CRD reads as missing; any other failure is one", async () => {
  const { objects } = await objectsSeen(gateway, rollout, ports([], false));
  deepEqual(objects, [undefined, undefined]);
  await rejects(objectsSeen(gateway, rollout, ports([], false, 503)), (error) => error instanceof ApiError);
  equal(objects.length, 2);
});
