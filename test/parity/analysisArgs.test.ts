import { deepEqual, match } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { basic } from "./settings.ts";
import { analysisTemplate, created } from "./users.ts";
import { namespace, runRef, type World } from "./world.ts";

type Arg = Readonly<Record<string, unknown>>;

const from = (fieldPath: string): Arg => ({ valueFrom: { fieldRef: { fieldPath } } });

/** A template that declares these arguments, and gives the last one a default. */
function templateWith(names: readonly string[]): KubeObject {
  const template = analysisTemplate("rate");
  const args = names.map((name) => ({ name }));
  return { ...template, spec: { ...(template["spec"] as object), args } };
}

/** A Rollout in its second version whose first step measures with these arguments. */
async function updated(args: Readonly<Record<string, Arg>>): Promise<World> {
  const names = Object.keys(args);
  const given = names.map((name) => ({ name, ...args[name] }));
  const analysis = { templates: [{ templateName: "rate" }], args: given };
  const { world, user } = await created({
    ...basic(2, { steps: [{ setWeight: 50 }, { analysis }] }, { paused: false, revisionHistoryLimit: 3 }),
    objects: [templateWith(names)],
  });
  await user.edit({ metadata: { labels: { app: "web", tier: "one" }, annotations: { "a.b/c": 'de"ep' } } });
  await user.setImage("web:2", 5);
  return world;
}

const readable: readonly [name: string, arg: Arg, want: string | ((world: World) => string | undefined)][] = [
  ["a value", { value: "7" }, "7"],
  ["no value (analysis trap 28)", {}, ""],
  ["the new hash", { valueFrom: { podTemplateHashValue: "Latest" } }, (world) => world.status.currentPodHash],
  ["the stable hash", { valueFrom: { podTemplateHashValue: "Stable" } }, (world) => world.status.stableRS],
  ["metadata.name", from("metadata.name"), "web"],
  ["metadata.namespace", from("metadata.namespace"), namespace],
  ["metadata.uid", from("metadata.uid"), (world) => world.rollout.metadata.uid],
  ["metadata.labels", from("metadata.labels"), 'app="web"\ntier="one"'],
  ["a label", from("metadata.labels['app']"), "web"],
  ["a label that is not there", from("metadata.labels['none']"), ""],
  ["an annotation", from("metadata.annotations['a.b/c']"), 'de"ep'],
  ["all annotations", from("metadata.annotations"), 'a.b/c="de\\"ep"\nrollout.argoproj.io/revision="2"'],
  ["a number", from("spec.replicas"), "2"],
  ["a truth", from("spec.paused"), "false"],
  ["an image", from("spec.template.spec.containers[0].image"), "web:2"],
  ["a member of the status", from("status.phase"), "Progressing"],
];

test("4.3: the arguments of a run", async () => {
  const args = Object.fromEntries(readable.map(([, arg], index) => [`arg-${index}`, arg]));
  const world = await updated(args);
  const [run] = world.cluster.list(runRef, { namespace });
  const told = (run?.["spec"] as { args?: readonly { value?: string }[] } | undefined)?.args ?? [];
  deepEqual(
    readable.map(([name], index) => [name, told[index]?.value]),
    readable.map(([name, , want]) => [name, typeof want === "function" ? want(world) : want]),
  );
});

const unreadable: readonly [name: string, path: string, problem: RegExp][] = [
  [
    "a label with a dot (analysis trap 30)",
    "metadata.labels.app",
    /downwardAPI|unsupported fieldPath: metadata\.labels\.app/,
  ],
  ["a member that is not there", "spec.nothing", /invalid path spec\.nothing in rollout/],
  ["an object", "spec.selector", /path spec\.selector in rollout must terminate in a primitive value/],
  ["an index that is none", "spec.template.spec.containers[x].image", /invalid index 'x'/],
  ["an index that is too large", "spec.template.spec.containers[3].image", /index 3 out of range/],
  ["a negative index (analysis trap 33)", "spec.template.spec.containers[-1].image", /index -1 out of range/],
];
for (const [name, path, problem] of unreadable) {
  test(`4.3: no run starts with ${name}, whatever else there is (analysis trap 31)`, async () => {
    const world = await updated({ one: from(path), two: from("metadata.name") });
    deepEqual(world.cluster.list(runRef, { namespace }), []);
    match([world.status.message, ...world.failures.map(String)].join("\n"), problem);
  });
}
