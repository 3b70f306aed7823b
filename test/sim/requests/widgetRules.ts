import type { Case } from "./case.ts";
import { get, map, merge, patch, post, put, strategic, table, thing, things } from "./steps.ts";

/** What a CustomResourceDefinition asks of its objects. */
export const widgetRules: readonly Case[] = [
  {
    name: "a Widget is pruned and gets its defaults",
    ask: post(
      things,
      thing(
        "w",
        { colour: "red", parts: [{ name: "a", size: 1 }], template: { any: { thing: [1] } } },
        { status: { ready: true } },
      ),
    ),
    code: 201,
    watch: things,
  },
  {
    name: "a Widget without its required field",
    ask: post(things, { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" }, spec: {} }),
    code: 422,
  },
  {
    name: "a Widget without spec",
    ask: post(things, { apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "w" } }),
    code: 422,
  },
  { name: "a Widget with a wrong enum value", ask: post(things, thing("w", { size: "huge" })), code: 422 },
  {
    name: "a Widget with several mistakes",
    ask: post(things, thing("w", { replicas: "many", port: {}, host: "A B" })),
    code: 422,
  },
  { name: "a Widget below its minimum", ask: post(things, thing("w", { replicas: -1 })), code: 422 },
  {
    name: "a Widget with too many parts",
    ask: post(things, thing("w", { parts: ["a", "b", "c", "d"].map((name) => ({ name })) })),
    code: 422,
  },
  {
    name: "a Widget with a part twice",
    ask: post(things, thing("w", { parts: [{ name: "a" }, { name: "a" }] })),
    code: 422,
  },
  {
    name: "a Widget with a part without name",
    ask: post(things, thing("w", { parts: [{ name: "" }, {}] })),
    code: 422,
  },
  { name: "a Widget with a null", ask: post(things, thing("w", { replicas: null, host: null })), code: 201 },
  { name: "a body of another kind for Widgets", ask: post(things, map("w")), code: 400 },
  { name: "a Widget of a wrong name", ask: post(things, thing("W!")), code: 422 },
  {
    name: "a Widget's host cannot change",
    before: [post(things, thing("w", { host: "a.b" }))],
    ask: patch(`${things}/w`, merge, { spec: { host: "c.d" } }),
    code: 422,
  },
  {
    name: "a Widget's host may stay",
    before: [post(things, thing("w", { host: "a.b" }))],
    ask: patch(`${things}/w`, merge, { spec: { host: "a.b", replicas: 2 } }),
    code: 200,
  },
  {
    name: "an unknown field of a Widget, strictly",
    ask: post(
      `${things}?fieldValidation=Strict`,
      thing("w", { colour: "red", parts: [{ name: "a", size: 1 }] }),
    ),
    code: 400,
  },
  {
    name: "a Widget's metadata of the wrong type",
    ask: post(things, thing("w", {}, { metadata: { name: "w", labels: { a: 1 } } })),
    code: 400,
  },
  {
    name: "a strategic patch of a Widget",
    before: [post(things, thing("w"))],
    ask: patch(`${things}/w`, strategic, { spec: { replicas: 2 } }),
    code: 415,
  },
  {
    name: "a Widget's status by its subresource",
    before: [post(things, thing("w"))],
    ask: patch(`${things}/w/status`, merge, {
      metadata: { labels: { a: "b" } },
      spec: { replicas: 9 },
      status: { ready: true },
    }),
    code: 200,
    watch: things,
  },
  {
    name: "a Widget's status by the main resource",
    before: [post(things, thing("w"))],
    ask: patch(`${things}/w`, merge, { status: { ready: true } }),
    code: 200,
    watch: things,
  },
  { name: "a Widget's scale", before: [post(things, thing("w"))], ask: get(`${things}/w/scale`), code: 200 },
  {
    name: "a Widget is scaled",
    before: [post(things, thing("w"))],
    ask: patch(`${things}/w/scale`, merge, { spec: { replicas: 4 } }),
    code: 200,
    watch: things,
  },
  {
    name: "a Widget is scaled below zero",
    before: [post(things, thing("w"))],
    ask: patch(`${things}/w/scale`, merge, { spec: { replicas: -4 } }),
    code: 422,
  },
  {
    name: "a Widget is replaced without a version",
    before: [post(things, thing("w"))],
    ask: put(`${things}/w`, thing("w", { size: "large" })),
    code: 422,
  },
  { name: "Widgets in a table", before: [post(things, thing("w"))], ask: get(things, table), code: 200 },
];
