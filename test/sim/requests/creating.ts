import type { Case } from "./case.ts";
import { get, map, maps, post, thing } from "./steps.ts";

/** How objects are created, and what is refused. */
export const creating: readonly Case[] = [
  { name: "a ConfigMap is created", ask: post(maps, map("a")), code: 201, watch: maps },
  { name: "a name that is taken", before: [post(maps, map("a"))], ask: post(maps, map("a")), code: 409 },
  { name: "a name that is none", ask: post(maps, map("Bad_Name")), code: 422 },
  { name: "no name", ask: post(maps, map("a", { metadata: {} })), code: 422 },
  { name: "a body of another kind", ask: post(maps, thing("a")), code: 400 },
  { name: "a body of another namespace", ask: post(maps, map("a", {}, { namespace: "other" })), code: 400 },
  {
    name: "a namespace that is not there",
    ask: post("/api/v1/namespaces/nowhere/configmaps", map("a")),
    code: 404,
  },
  {
    name: "a resourceVersion on a new object",
    ask: post(maps, map("a", {}, { resourceVersion: "1" })),
    code: 500,
  },
  { name: "labels that are wrong", ask: post(maps, map("a", {}, { labels: { "a b": "x y" } })), code: 422 },
  { name: "labels that are no map", ask: post(maps, map("a", {}, { labels: "x" })), code: 400 },
  { name: "a value of the wrong type", ask: post(maps, map("a", { data: { key: 1 } })), code: 400 },
  { name: "an unknown field is dropped", ask: post(maps, map("a", { spec: {} })), code: 201 },
  {
    name: "an unknown field, strictly",
    ask: post(`${maps}?fieldValidation=Strict`, map("a", { spec: {} })),
    code: 400,
  },
  {
    name: "empty metadata is dropped",
    ask: post(maps, map("a", {}, { labels: {}, annotations: {}, finalizers: [] })),
    code: 201,
  },
  { name: "a dry run", ask: post(`${maps}?dryRun=All`, map("a")), code: 201, watch: maps },
  {
    name: "a dry run leaves nothing",
    before: [post(`${maps}?dryRun=All`, map("a"))],
    ask: get(`${maps}/a`),
    code: 404,
  },
  {
    name: "a Secret with text",
    ask: post("/api/v1/namespaces/NS/secrets", {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "a" },
      stringData: { key: "value" },
    }),
    code: 201,
  },
  {
    name: "two owners that control",
    ask: post(
      maps,
      map(
        "a",
        {},
        {
          ownerReferences: ["x", "y"].map((name) => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            name,
            uid: `u-${name}`,
            controller: true,
          })),
        },
      ),
    ),
    code: 422,
  },
];
