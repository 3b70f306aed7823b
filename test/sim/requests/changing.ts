import type { Case } from "./case.ts";
import {
  apply,
  deployment,
  deployments,
  get,
  json,
  map,
  maps,
  merge,
  patch,
  post,
  put,
  set,
  sets,
  strategic,
  thing,
  things,
} from "./steps.ts";

/** How objects are read, replaced, patched and applied. */
export const changing: readonly Case[] = [
  { name: "what is not there", ask: get(`${maps}/a`), code: 404 },
  {
    name: "a resource that is not served",
    ask: get("/apis/example.com/v1/namespaces/NS/gadgets"),
    code: 404,
    loosely: true,
  },
  { name: "a path of nothing", ask: get("/apis/nobody.example.com/v1/things"), code: 404, loosely: true },
  {
    name: "a subresource that is not there",
    before: [post(maps, map("a"))],
    ask: get(`${maps}/a/status`),
    code: 404,
  },
  {
    name: "a replace without a version",
    before: [post(maps, map("a"))],
    ask: put(`${maps}/a`, map("a", { data: { key: "2" } })),
    code: 200,
    watch: maps,
  },
  {
    name: "a replace with a stale version",
    before: [post(maps, map("a"))],
    ask: put(`${maps}/a`, map("a", {}, { resourceVersion: "1" })),
    code: 409,
  },
  {
    name: "a replace of another uid",
    before: [post(maps, map("a"))],
    ask: put(`${maps}/a`, map("a", {}, { uid: "00000000-0000-0000-0000-000000000000" })),
    code: 409,
  },
  { name: "a replace of what is not there", ask: put(`${maps}/a`, map("a")), code: 404 },
  {
    name: "a replace under another name",
    before: [post(maps, map("a"))],
    ask: put(`${maps}/a`, map("b")),
    code: 400,
  },
  {
    name: "a replace that changes nothing",
    before: [post(maps, map("a"))],
    ask: put(`${maps}/a`, map("a")),
    code: 200,
    watch: maps,
  },
  { name: "a method that is not allowed", ask: put(maps, map("a")), code: 405 },
  { name: "a POST to all namespaces", ask: post("/api/v1/configmaps", map("a")), code: 405 },
  {
    name: "a merge patch",
    before: [post(maps, map("a", {}, { labels: { x: "1" } }))],
    ask: patch(`${maps}/a`, merge, { metadata: { labels: { x: null, y: "2" } }, data: { more: "3" } }),
    code: 200,
    watch: maps,
  },
  {
    name: "a merge patch with a stale version",
    before: [post(maps, map("a"))],
    ask: patch(`${maps}/a`, merge, { metadata: { resourceVersion: "1" } }),
    code: 409,
  },
  { name: "a merge patch of what is not there", ask: patch(`${maps}/a`, merge, {}), code: 404 },
  {
    name: "a JSON patch",
    before: [post(maps, map("a"))],
    ask: patch(`${maps}/a`, json, [
      { op: "test", path: "/data/key", value: "value" },
      { op: "add", path: "/data/other", value: "2" },
      { op: "remove", path: "/data/key" },
    ]),
    code: 200,
  },
  {
    name: "a JSON patch whose test fails",
    before: [post(maps, map("a"))],
    ask: patch(`${maps}/a`, json, [{ op: "test", path: "/data/key", value: "other" }]),
    code: 422,
  },
  {
    name: "a JSON patch that removes what is not there",
    before: [post(maps, map("a"))],
    ask: patch(`${maps}/a`, json, [{ op: "remove", path: "/data/nothing" }]),
    code: 422,
  },
  {
    name: "a JSON patch that is none",
    before: [post(maps, map("a"))],
    ask: patch(`${maps}/a`, json, { op: "remove" }),
    code: 400,
  },
  {
    name: "a patch of an unknown kind",
    before: [post(maps, map("a"))],
    ask: patch(`${maps}/a`, "application/json", {}),
    code: 415,
  },
  {
    name: "a strategic patch of containers",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web`, strategic, {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "side", image: "side:1" },
              { name: "web", image: "web:2", env: [{ name: "A", value: "1" }] },
            ],
          },
        },
      },
    }),
    code: 200,
  },
  {
    name: "a strategic patch that deletes a container",
    before: [
      post(
        sets,
        set("web", {
          template: {
            metadata: { labels: { app: "web" } },
            spec: {
              containers: [
                { name: "a", image: "a" },
                { name: "b", image: "b" },
              ],
            },
          },
        }),
      ),
    ],
    ask: patch(`${sets}/web`, strategic, {
      spec: { template: { spec: { containers: [{ name: "b", $patch: "delete" }] } } },
    }),
    code: 200,
  },
  {
    name: "a strategic patch with an order",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web`, strategic, {
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": [{ name: "b" }, { name: "web" }],
            containers: [{ name: "b", image: "b:1" }],
          },
        },
      },
    }),
    code: 200,
  },
  {
    name: "a strategic patch that replaces a map",
    before: [post(deployments, deployment("web"))],
    ask: patch(`${deployments}/web`, strategic, {
      spec: { strategy: { $patch: "replace", type: "Recreate" } },
    }),
    code: 200,
  },
  {
    name: "a ReplicaSet is scaled",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web`, merge, { spec: { replicas: 2 } }),
    code: 200,
    watch: sets,
  },
  {
    name: "a ReplicaSet's status",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web/status`, merge, {
      status: { replicas: 2, readyReplicas: 0, availableReplicas: 0, observedGeneration: 1 },
    }),
    code: 200,
    watch: sets,
  },
  {
    name: "a ReplicaSet's impossible status",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web/status`, merge, {
      status: { replicas: 2, readyReplicas: 3, availableReplicas: 4 },
    }),
    code: 422,
  },
  {
    name: "a Deployment's status",
    before: [post(deployments, deployment("web"))],
    ask: patch(`${deployments}/web/status`, strategic, {
      status: {
        replicas: 2,
        updatedReplicas: 2,
        readyReplicas: 1,
        availableReplicas: 1,
        conditions: [{ type: "Available", status: "True" }],
      },
    }),
    code: 200,
  },
  {
    name: "a ReplicaSet is scaled below zero",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web/scale`, merge, { spec: { replicas: -5 } }),
    code: 422,
  },
  {
    name: "a status with a stale version",
    before: [post(things, thing("w"))],
    ask: patch(`${things}/w/status`, merge, { metadata: { resourceVersion: "1" }, status: { ready: true } }),
    code: 409,
  },
  {
    name: "a status of what is not there",
    ask: patch(`${things}/w/status`, merge, { status: { ready: true } }),
    code: 404,
  },
  {
    name: "a ReplicaSet's scale",
    before: [post(sets, set("web", { replicas: 2 }))],
    ask: get(`${sets}/web/scale`),
    code: 200,
  },
  {
    name: "a ReplicaSet is scaled by its subresource",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web/scale`, merge, { spec: { replicas: 5 } }),
    code: 200,
    watch: sets,
  },
  {
    name: "a server-side apply creates",
    ask: patch(`${maps}/a?fieldManager=me`, apply, map("a")),
    code: 201,
  },
  {
    name: "a server-side apply withdraws",
    before: [patch(`${maps}/a?fieldManager=me`, apply, map("a", { data: { a: "1", b: "2" } }))],
    ask: patch(`${maps}/a?fieldManager=me`, apply, map("a", { data: { b: "3" } })),
    code: 200,
    watch: maps,
  },
  {
    name: "a server-side apply conflicts",
    before: [patch(`${maps}/a?fieldManager=me`, apply, map("a"))],
    ask: patch(`${maps}/a?fieldManager=you`, apply, map("a", { data: { key: "mine" } })),
    code: 409,
  },
  {
    name: "a server-side apply of containers",
    before: [patch(`${sets}/web?fieldManager=me`, apply, set("web"))],
    ask: patch(`${sets}/web?fieldManager=you`, apply, {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: { name: "web" },
      spec: { template: { spec: { containers: [{ name: "side", image: "side:1" }] } } },
    }),
    code: 200,
  },
  { name: "a server-side apply without manager", ask: patch(`${maps}/a`, apply, map("a")), code: 422 },
];
