import { deepEqual, equal, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { DeclarativeRouting } from "../../src/api/declarativeRouting.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { withCapabilities } from "../../src/cli/capabilities.ts";
import { configuredRouters, routers } from "../../src/traffic/index.ts";
import { placeIn, valueIn } from "../../src/traffic/jsonPath.ts";
import { Board, namespace, wanted } from "../traffic/support.ts";

const page = readFileSync(new URL("../../docs/routers.md", import.meta.url), "utf8");
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

test("the table of routers in the docs is the one that is generated", () =>
  equal(withCapabilities(page), page));

test("the table has a row for each router", () => {
  for (const name of Object.keys(routers)) equal(page.includes(`| \`${name}\` |`), true, name);
});

test("a page without a place for the table is refused", () => {
  throws(() => withCapabilities("# Routers"), /no place/);
});

const examples = blocks
  .filter((text) => text.includes("declarative:"))
  .map((text) => {
    const [object, rollout] = parseAllDocuments(text).map((document) => document.toJS());
    return {
      object: object as KubeObject,
      routing: rollout.trafficRouting as { declarative: DeclarativeRouting },
    };
  });

test("there are three examples of routers described by data", () => {
  deepEqual(
    examples.map(({ object }) => object.kind),
    ["HTTPProxy", "HTTPRoute", "RouteGroup"],
  );
});

for (const { object, routing } of examples) {
  test(`the example with ${object.kind} is read and routes`, () => {
    const [configured] = configuredRouters(routing);
    if (configured === undefined) throw new Error("no router");
    const placed = { ...object, metadata: { ...object.metadata, namespace } };
    const board = new Board(configured.router, configured.config, [placed]);
    board.check(wanted());
    const { weights } = routing.declarative;
    const read = () => {
      const now = board.get(object.kind, "shop");
      return [weights.canary, weights.stable].map((path) => valueIn(now, placeIn(now, path)));
    };
    board.settle(wanted({ weight: 30 }));
    deepEqual([read(), board.carries(wanted())], [[30, 70], 30]);
    for (const effect of board.clean(wanted())) board.apply(effect);
    deepEqual(read(), [0, 100]);
  });
}

test("the snippet for Argo CD names the kinds whose lists are held as a whole", () => {
  const application = blocks
    .map((text) => parseAllDocuments(text)[0]?.toJS())
    .find((one) => one.kind === "Application");
  deepEqual(
    application.spec.ignoreDifferences.map(({ kind }: { kind: string }) => kind),
    ["HTTPRoute", "VirtualService", "DestinationRule", "TraefikService"],
  );
});
