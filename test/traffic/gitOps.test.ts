import { deepEqual, equal, notDeepEqual } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";
import { isJson } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { families } from "./families.ts";
import { Board, wanted } from "./support.ts";

interface Ignored {
  readonly kind: string;
  readonly jqPathExpressions: readonly string[];
}

const page = readFileSync(new URL("../../docs/routers.md", import.meta.url), "utf8");
const snippets = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)]
  .filter(([, text = ""]) => text.includes("ignoreDifferences:"))
  .map(
    ([, text = ""]) =>
      parse(text) as { ignoreDifferences?: Ignored[]; spec?: { ignoreDifferences: Ignored[] } },
  );
const weights = snippets[0]?.spec?.ignoreDifferences ?? [];
const inProgress = snippets[1]?.ignoreDifferences ?? [];

/** What Argo CD compares: the object without the places that an expression names. */
function compared(object: KubeObject, ignored: readonly Ignored[]): unknown {
  const expressions = ignored
    .filter(({ kind }) => kind === object.kind)
    .flatMap((one) => one.jqPathExpressions);
  const copy = structuredClone({ spec: object["spec"], metadata: { labels: object.metadata.labels } });
  for (const expression of expressions) deleteAt(copy, expression);
  return copy.spec;
}

/** The part of jq that the snippets use: a condition on a label, fields, and every entry of a list. */
function deleteAt(object: { readonly metadata: { labels?: unknown } }, expression: string): void {
  const [, label, value, path = expression] =
    /^select\(\.metadata\.labels\["(.+?)"\] == "(.+?)"\) \| (.+)$/.exec(expression) ?? [];
  const labels = isJson(object.metadata.labels) ? object.metadata.labels : {};
  if (label !== undefined && labels[label] !== value) return;
  const steps = [...path.matchAll(/\.(?:"([^"]+)"|(\w+))|(\[\])\??/g)].map(
    ([, quoted, plain, each]) => each ?? quoted ?? plain ?? "",
  );
  const holders = steps.slice(0, -1).reduce<readonly unknown[]>(
    (found, step) =>
      found.flatMap((one) => {
        if (step === "[]") return Array.isArray(one) ? one : [];
        return isJson(one) && one[step] !== undefined ? [one[step]] : [];
      }),
    [object],
  );
  for (const holder of holders)
    if (isJson(holder)) delete (holder as Record<string, unknown>)[steps.at(-1) ?? ""];
}

const held = families.filter(({ name }) =>
  ["gatewayAPI", "istio by Service", "istio by subset", "traefik"].includes(name),
);
for (const { name, router, config, objects } of held) {
  test(`T-57: with the snippet for Argo CD the weights of ${name} are no difference to Git`, () => {
    const board = new Board(router, config, objects);
    board.settle(wanted({ weight: 25 }));
    for (const git of objects) {
      const live = board.get(git.kind, git.metadata.name) ?? git;
      notDeepEqual(live["spec"], git["spec"]);
      deepEqual(compared(live, weights), compared(git, weights));
    }
  });
}

test("the rules of a route are ignored while its canary is in progress, and only then", () => {
  const family = families.find(({ name }) => name === "gatewayAPI");
  if (family === undefined) throw new Error("no family");
  const board = new Board(family.router, family.config, family.objects);
  const beta = { name: "beta", header: { match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] } };
  const live = () =>
    compared(board.get("HTTPRoute", "shop") ?? ({ ...board.all()[0] } as KubeObject), inProgress);
  const rules = () => (live() as { rules?: unknown }).rules;
  equal(rules() === undefined, false);
  board.settle(wanted({ weight: 25, managed: ["beta"], routes: [beta] }));
  equal(rules(), undefined);
  board.settle(wanted({ managed: ["beta"] }));
  equal(rules() === undefined, false);
});
