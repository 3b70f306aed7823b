import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import type { AlbRouting } from "../../src/api/trafficRouting.ts";
import { alb } from "../../src/traffic/alb.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { Board, object, wanted } from "./support.ts";

const book = "rollouts.argoproj.io/managed-alb-annotations";
const prefix = "alb.ingress.kubernetes.io";

function path(name: string): Json {
  return {
    path: "/*",
    pathType: "ImplementationSpecific",
    backend: { service: { name, port: { name: "use-annotation" } } },
  };
}

function ingress(root = "shop-root", annotations: object = {}, name = "web"): KubeObject {
  const rules = [
    { host: "a", http: { paths: [path(root)] } },
    { host: "b" },
    { host: "c", http: { paths: [path("docs"), path(root)] } },
  ];
  return object("networking.k8s.io/v1", "Ingress", name, { spec: { rules } }, { annotations });
}

function board(objects: readonly KubeObject[] = [ingress()], config: Partial<AlbRouting> = {}) {
  return new Board(alb, { ingress: "web", rootService: "shop-root", servicePort: 443, ...config }, objects);
}

function annotationsOf(on: Pick<Board<unknown>, "get">, name = "web"): Readonly<Record<string, string>> {
  return on.get("Ingress", name)?.metadata.annotations ?? {};
}

function action(...groups: [name: string, weight: number][]): string {
  const list = groups.map(([ServiceName, Weight]) => ({ ServiceName, ServicePort: "443", Weight }));
  return JSON.stringify({ Type: "forward", ForwardConfig: { TargetGroups: list } });
}

const exp = { serviceName: "exp", podTemplateHash: "7b", weight: 5 };

test("the action and the book of the reference, byte for byte; one patch and its event", () => {
  const on = board();
  const [patch, ...more] = on.settle(wanted({ weight: 10, additional: [exp] }));
  deepEqual(more, []);
  deepEqual(annotationsOf(on), {
    [`${prefix}/actions.shop-root`]:
      '{"Type":"forward","ForwardConfig":{"TargetGroups":[' +
      '{"ServiceName":"shop-canary","ServicePort":"443","Weight":10},' +
      '{"ServiceName":"exp","ServicePort":"443","Weight":5},' +
      '{"ServiceName":"shop-stable","ServicePort":"443","Weight":85}]}}',
    [book]: '{"shop-ro":["alb.ingress.kubernetes.io/actions.shop-root"]}',
  });
  deepEqual(patch?.event, {
    type: "Normal",
    reason: "PatchingALBIngress",
    message: "Updating Ingress `web` to desiredWeight '10'",
  });
  equal(on.carries(wanted()), 10);
});

test("stickiness is part of the action", () => {
  const on = board([ingress()], { stickinessConfig: { enabled: true, durationSeconds: 3600 } });
  on.settle(wanted());
  const { ForwardConfig } = JSON.parse(annotationsOf(on)[`${prefix}/actions.shop-root`] ?? "") as Record<
    string,
    Json
  >;
  deepEqual(ForwardConfig?.["TargetGroupStickinessConfig"], { Enabled: true, DurationSeconds: 3600 });
});

test("the stable Service names the action without rootService; a prefix of its own is used", () => {
  const on = board([ingress("shop-stable")], { rootService: "", annotationPrefix: "my.io" });
  on.settle(wanted({ weight: 10 }));
  equal(annotationsOf(on)["my.io/actions.shop-stable"], action(["shop-canary", 10], ["shop-stable", 90]));
});

test("what other Rollouts have in the book stays, and it is tested so that none is lost", () => {
  const other = { [book]: '{"other":["x"]}' };
  const on = board([ingress("shop-root", other)]);
  const [patch] = on.plan(wanted());
  const body = patch?.do === "patch" ? (patch.body as readonly Json[]) : [];
  equal(
    body.some(({ op, value }) => op === "test" && value === '{"other":["x"]}'),
    true,
  );
  on.settle(wanted());
  equal(annotationsOf(on)[book], '{"other":["x"],"shop-ro":["alb.ingress.kubernetes.io/actions.shop-root"]}');
});

test("ping-pong keeps the physical weights on promotion; only the list turns round (trap T-38)", () => {
  const pingPong = { ping: "p1", pong: "p2", stable: "ping" } as const;
  const on = board();
  const key = `${prefix}/actions.shop-root`;
  on.settle(wanted({ pingPong }));
  equal(annotationsOf(on)[key], action(["p2", 0], ["p1", 100]));
  on.settle(wanted({ pingPong, weight: 25 }));
  equal(annotationsOf(on)[key], action(["p2", 25], ["p1", 75]));
  equal(on.carries(wanted({ pingPong })), 25);
  on.settle(wanted({ pingPong, weight: 100 }));
  on.settle(wanted({ pingPong: { ...pingPong, stable: "pong" } }));
  equal(annotationsOf(on)[key], action(["p1", 0], ["p2", 100]));
});

test("several Ingresses are all looked at, also when the first is up to date (trap T-36)", () => {
  const config = { ingress: "", ingresses: ["web", "two"] };
  const on = board([ingress(), ingress("shop-root", {}, "two")], config);
  on.settle(wanted({ weight: 10 }));
  on.put(ingress("shop-root", {}, "two"));
  const effects = on.plan(wanted({ weight: 10 }));
  deepEqual(
    effects.map((effect) => effect.do === "patch" && effect.ref.name),
    ["two"],
  );
});

const header = (name: string, ...pairs: [headerName: string, exact: string][]) => ({
  name,
  header: { match: pairs.map(([headerName, exact]) => ({ headerName, headerValue: { exact } })) },
});

test("header routes: action, condition, paths in order, and all of it goes (trap T-35)", () => {
  const on = board();
  const managed = ["first", "beta"];
  const beta = header("beta", ["X-Beta", "1"], ["X-Beta", "yes"], ["X-Team", "a"]);
  on.settle(wanted({ managed, routes: [beta] }));
  equal(annotationsOf(on)[`${prefix}/actions.beta`], action(["shop-canary", 100]));
  equal(
    annotationsOf(on)[`${prefix}/conditions.beta`],
    '[{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-Beta","values":["1","yes"]}},' +
      '{"field":"http-header","httpHeaderConfig":{"httpHeaderName":"X-Team","values":["a"]}}]',
  );
  on.settle(wanted({ managed, routes: [header("first", ["A", "1"]), beta] }));
  deepEqual(listIn(on.get("Ingress", "web"), "spec", "rules"), [
    { host: "a", http: { paths: ["first", "beta", "shop-root"].map(path) } },
    { host: "b" },
    { host: "c", http: { paths: ["first", "beta", "docs", "shop-root"].map(path) } },
  ]);
  deepEqual(JSON.parse(annotationsOf(on)[book] ?? ""), {
    "shop-ro": [
      "actions.shop-root",
      "actions.beta",
      "conditions.beta",
      "actions.first",
      "conditions.first",
    ].map((key) => `${prefix}/${key}`),
  });
  const [patch] = on.settle(wanted({ managed }));
  equal(patch?.event?.message, "Updating Ingress `web` removing managed routes");
  deepEqual(on.get("Ingress", "web")?.["spec"], ingress()["spec"]);
  equal(annotationsOf(on)[book], '{"shop-ro":["alb.ingress.kubernetes.io/actions.shop-root"]}');
});

const cleaned: [name: string, root: string, want: string][] = [
  ["an action named after the stable Service", "shop-stable", "shop-stable"],
  ["an action with a name of its own: stable tells the port (trap T-37)", "shop-root", "shop-stable"],
];
for (const [name, rootService, service] of cleaned) {
  test(`cleaning up: ${name}`, () => {
    const on = board([ingress(rootService, { note: "kept", [book]: '{"other":["x"]}' })], { rootService });
    on.settle(wanted({ weight: 40 }));
    for (const effect of on.clean(wanted())) on.apply(effect);
    deepEqual(annotationsOf(on), {
      note: "kept",
      [book]: '{"other":["x"]}',
      [`${prefix}/actions.${rootService}`]: action([service, 100]),
    });
  });
}

const at = "spec.strategy.canary.trafficRouting.alb";
const refused: [
  name: string,
  objects: KubeObject[],
  config: Partial<AlbRouting>,
  message: string | RegExp,
][] = [
  [
    "an Ingress without the root",
    [ingress("other")],
    {},
    "ingress does not have service `shop-root` in rules",
  ],
  [
    "stickiness for too long (trap T-39)",
    [ingress()],
    { stickinessConfig: { enabled: true, durationSeconds: 700000 } },
    "stickinessConfig.durationSeconds must be between 1 and 604800, not 700000",
  ],
  [
    "a book that is no JSON",
    [ingress("shop-root", { [book]: "{" })],
    {},
    /managed-alb-annotations of ingress `web` holds no JSON/,
  ],
];
for (const [name, objects, config, message] of refused) {
  test(`refused: ${name}`, () =>
    throws(() => board(objects, config).plan(wanted({ weight: 1 })), { message }));
}

const invalid: [name: string, config: Partial<AlbRouting>, message: string][] = [
  [
    "both",
    { ingresses: ["a"] },
    `${at}: Internal error: Either Ingress or Ingresses must be configured. Both are configured.`,
  ],
  [
    "neither",
    { ingress: "" },
    `${at}: Internal error: Either Ingress or Ingresses must be configured. Neither are configured.`,
  ],
  [
    "a missing one",
    { ingress: "x" },
    `${at}.ingress: Invalid value: "x": ingress.networking.k8s.io "x" not found`,
  ],
  [
    "one of several without the root",
    { ingress: "", ingresses: ["web"], rootService: "x" },
    `${at}.ingresses: Invalid value: "web": ingress \`web\` has no rules using service x backend`,
  ],
];
for (const [name, config, message] of invalid) {
  test(`invalid: ${name}`, () => throws(() => board(undefined, config).check(wanted()), { message }));
}

test("an Ingress whose action cannot be read carries nothing that can be told", () => {
  equal(board([ingress("shop-root", { [`${prefix}/actions.shop-root`]: "{" })]).carries(wanted()), undefined);
  equal(board().carries(wanted()), 0);
});
