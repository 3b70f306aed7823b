import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { apisix } from "../../src/traffic/apisix.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { Board, namespace, object, uid, wanted } from "./support.ts";

const api = "apisix.apache.org/v2";
const both = [
  { serviceName: "shop-stable", servicePort: 80 },
  { serviceName: "shop-canary", servicePort: 80 },
];

function rule(name: string, more: object = {}): Json {
  return { name, match: { paths: ["/*"] }, backends: both, ...more };
}

function route(http: readonly object[], name = "shop", metadata: object = {}): KubeObject {
  return object(api, "ApisixRoute", name, { spec: { http } }, metadata);
}

function weighted(canary: number) {
  return [
    { ...both[0], weight: 100 - canary },
    { ...both[1], weight: canary },
  ];
}

function board(objects: readonly KubeObject[], rules?: string[]) {
  return new Board(apisix, { route: { name: "shop", ...(rules === undefined ? {} : { rules }) } }, objects);
}

test("the rule named like the route carries the weights, others are left alone", () => {
  const on = board([route([rule("shop"), rule("other")])]);
  on.settle(wanted({ weight: 30 }));
  deepEqual(listIn(on.get("ApisixRoute", "shop"), "spec", "http"), [
    rule("shop", { backends: weighted(30) }),
    rule("other"),
  ]);
  const named = board([route([rule("shop"), rule("other")])], ["other"]);
  named.settle(wanted({ weight: 30 }));
  deepEqual(listIn(named.get("ApisixRoute", "shop"), "spec", "http"), [
    rule("shop"),
    rule("other", { backends: weighted(30) }),
  ]);
});

const header = (headerName: string, headerValue: object) => ({ headerName, headerValue });
const beta = {
  name: "beta",
  header: {
    match: [
      header("trace", { exact: "debug" }),
      header("ua", { regex: "Mozilla(.*)" }),
      header("region", { prefix: "eu" }),
    ],
  },
};

test("a header route is an ApisixRoute of its own, before the base, to the canary alone", () => {
  const on = board([
    route([rule("shop", { priority: 3 })], "shop", { labels: { team: "shop" }, annotations: { note: "a" } }),
  ]);
  on.settle(wanted({ weight: 20, managed: ["beta"], routes: [beta] }));
  const value = (name: string, op: string, text: string) => ({
    subject: { scope: "Header", name },
    op,
    value: text,
  });
  deepEqual(on.get("ApisixRoute", "beta"), {
    apiVersion: api,
    kind: "ApisixRoute",
    metadata: {
      name: "beta",
      namespace,
      labels: { team: "shop" },
      annotations: { note: "a" },
      ownerReferences: [
        {
          apiVersion: "argoproj.io/v1alpha1",
          kind: "Rollout",
          name: "shop-ro",
          uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      http: [
        rule("shop", {
          priority: 4,
          match: {
            paths: ["/*"],
            exprs: [
              value("trace", "Equal", "debug"),
              value("ua", "RegexMatch", "Mozilla(.*)"),
              value("region", "RegexMatch", "^eu.*"),
            ],
          },
          backends: [{ ...both[1], weight: 100 }],
        }),
      ],
    },
  });
  deepEqual(
    on.settle(wanted({ weight: 20, managed: ["beta"] })).map((effect) => effect.do),
    ["delete"],
  );
});

test("another header takes the place of the first; the route of someone else is left alone", () => {
  const on = board([route([rule("shop")])]);
  const want = { managed: ["beta"], routes: [beta] };
  on.settle(wanted(want));
  const other = { ...beta, header: { match: [header("a", { exact: "b" })] } };
  deepEqual(
    on.settle(wanted({ ...want, routes: [other] })).map((effect) => effect.do),
    ["patch"],
  );
  const foreign = board([route([rule("shop")]), route([rule("x")], "beta")]);
  throws(() => foreign.plan(wanted(want)), { message: "duplicate ApisixRoute [beta] already exists" });
  foreign.settle(wanted({ managed: ["beta"] }));
  equal(foreign.get("ApisixRoute", "beta")?.metadata.name, "beta");
});

const refused: [name: string, http: object[], message: string][] = [
  ["no rules", [], "spec.http was not found in Apisix Route manifest"],
  ["no such rule", [rule("x")], "Apisix http route rule shop not found"],
  ["no backends", [rule("shop", { backends: [] })], "Apisix http route backends not found"],
  [
    "a backend without name",
    [rule("shop", { backends: [{}] })],
    "serviceName field was not found in backend",
  ],
  [
    "neither service",
    [rule("shop", { backends: [{ serviceName: "x" }] })],
    "apisix route shop backend was not found",
  ],
];
for (const [name, http, message] of refused) {
  test(`refused: ${name}`, () => throws(() => board([route(http)]).plan(wanted({ weight: 1 })), { message }));
}
