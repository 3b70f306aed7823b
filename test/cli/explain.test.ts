import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { podTemplateHash } from "../../src/api/podTemplate/hash.ts";
import { later, rfc3339, seconds } from "../../src/api/time.ts";
import type { ApiRequest } from "../../src/sim/http/exchange.ts";
import { serveApi } from "../../src/sim/http.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import type { Fate } from "../../src/sim/podFate.ts";
import { World } from "../../src/sim/world.ts";
import { newWorld, routedWorld, shop } from "../rollout/routedWorld.ts";
import { families } from "../traffic/families.ts";
import { lotse } from "./lotse.ts";

const definitions = ourDefinitions();
const namespace = "shop";
const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "web" };
const template = (tag: number) => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: `web:${tag}` }] },
});

/** A world with an update whose pods have a fate, so many seconds after it began. */
async function updated(fate: Fate, after: number): Promise<World> {
  const world = new World({
    definitions,
    pods: {
      fate: ({ spec }) =>
        (spec as ReturnType<typeof template>["spec"]).containers[0]?.image === "web:2"
          ? fate
          : { is: "ready", after: seconds(1) },
    },
    measure: () => Promise.reject(new Error("nothing is measured here")),
  });
  const { apiVersion, kind, name } = rollout;
  const strategy = {
    canary: { steps: [{ setWeight: 50 }, { pause: { duration: "5m" } }, { setWeight: 80 }] },
  };
  const spec = { replicas: 2, selector: { matchLabels: { app: "web" } }, template: template(1), strategy };
  await world.client.create({ apiVersion, kind, metadata: { name, namespace }, spec });
  await world.runUntil(later(world.clock.now(), seconds(30)));
  await world.client.patch(rollout, { type: "merge", body: { spec: { template: template(2) } } });
  await world.runUntil(later(world.clock.now(), seconds(after)));
  return world;
}

/** The objects of a world in a file, as `kubectl get -o json` prints them. */
async function fileOf(t: TestContext, world: World): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lotse-explain-"));
  t.after(() => rm(folder, { recursive: true }));
  const kinds = [rollout, { apiVersion: "apps/v1", kind: "ReplicaSet" }, { apiVersion: "v1", kind: "Pod" }];
  const items = kinds.flatMap(({ apiVersion, kind }) => world.list({ apiVersion, kind }, namespace));
  const path = join(folder, "all.json");
  await writeFile(path, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return path;
}

test("explain tells from files why canary pods do not come up", async (t) => {
  const world = await updated({ is: "crash" }, 35);
  const at = rfc3339(world.clock.now());
  const { code, out } = await lotse("explain", "-f", await fileOf(t, world), "--at", at);
  equal(code, 1);
  const name = `web-${podTemplateHash(template(2))}`;
  equal(
    out,
    `shop/web, revision 2: Progressing: more replicas need to be updated
  At          step 1/3 (setWeight: 50)
  Waits for   the canary's pods
  Since       2024-01-01T00:00:31Z (34s)
  Until       2024-01-01T00:10:31Z (in 9m26s): it is called Degraded (ProgressDeadlineExceeded), and goes on
  Why         0 of 1 pods of ReplicaSet "${name}" (new version) are available
              1 of 1 pods fail because container "web" ends again and again (CrashLoopBackOff)
  Next        step 2/3 (pause: 5m)
`,
  );
});

test("explain tells when a pause ends, and what follows", async (t) => {
  const world = await updated({ is: "ready", after: seconds(5) }, 65);
  const file = await fileOf(t, world);
  const { code, out } = await lotse(
    "explain",
    "web",
    "-f",
    file,
    "--at",
    rfc3339(world.clock.now()),
    "-o",
    "json",
  );
  equal(code, 0);
  const { waits, step, is } = JSON.parse(out) as Record<string, Record<string, unknown>>;
  deepEqual([is, step], ["waiting", { index: 1, count: 3, text: "pause: 5m" }]);
  deepEqual(waits, {
    for: "the pause to end",
    since: "2024-01-01T00:00:35Z",
    until: "2024-01-01T00:05:35Z",
    ends: "the step is done",
    why: [],
    next: ["step 3/3 (setWeight: 80)"],
    stuck: false,
  });
});

test("explain asks a cluster and writes nothing", async (t) => {
  const world = await updated({ is: "noImage" }, 35);
  const asked: string[] = [];
  const before = ({ method, path }: ApiRequest) => void asked.push(`${method} ${path}`);
  const server = await serveApi(world.cluster, { before });
  t.after(() => server.close());
  const folder = await mkdtemp(join(tmpdir(), "lotse-explain-"));
  t.after(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, "config");
  await writeFile(kubeconfig, server.kubeconfig);
  const { code, out, err } = await lotse("explain", "web", "-n", namespace, "--kubeconfig", kubeconfig);
  equal(code, 1, err);
  match(out, /1 of 1 pods fail because container "web" does not get its image "web:2" \(ImagePullBackOff\)/);
  ok(asked.includes("GET /api/v1/namespaces/shop/pods"));
  deepEqual(
    asked.filter((one) => !one.startsWith("GET ")),
    [],
  );
  const missing = await lotse("explain", "nobody", "-n", namespace, "--kubeconfig", kubeconfig);
  equal(missing.code, 2);
  match(missing.err, /there is no Rollout "nobody" in the namespace "shop"/);
});

test("T-51: explain reads Istio's objects in the primary cluster, live and from files", async (t) => {
  const family = families.find(({ name }) => name === "istio by Service");
  const [{ apiVersion, kind } = shop] = family?.objects ?? [];
  if (family === undefined) throw new Error("no family");
  const [here, there] = [await routedWorld(family), await newWorld(family)];
  for (const world of [here, there]) world.endController();
  const servers = [await serveApi(here.cluster), await serveApi(there.cluster)] as const;
  t.after(() => Promise.all(servers.map((server) => server.close())));
  const folder = await mkdtemp(join(tmpdir(), "lotse-explain-"));
  t.after(() => rm(folder, { recursive: true }));
  const kubeconfig = join(folder, "config");
  await writeFile(kubeconfig, servers[0].kubeconfig);
  const at = rfc3339(here.clock.now());
  const live = () => lotse("explain", shop.name, "-n", "prod", "--kubeconfig", kubeconfig, "--at", at);
  const before = (await live()).out;
  match(before, /the routers send 25 .*\n {2}Waits for {3}someone to promote it\n/);

  const data = { primary: Buffer.from(servers[1].kubeconfig).toString("base64") };
  const metadata = { name: "istio", namespace: "argo-rollouts" };
  const labels = { "istio.argoproj.io/primary-cluster": "true" };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { ...metadata, labels }, data };
  const { uid } = (await here.client.create(secret)).metadata;
  // Its own VirtualService has the weight of the canary; that of the primary cluster says it too, for us.
  const [own] = here.list({ apiVersion, kind }, "prod");
  const key = "argo-rollouts.argoproj.io/managed-routing";
  const notes = JSON.parse(own?.metadata.annotations?.[key] ?? "{}") as Record<string, object>;
  const { router, config, ...rest } = notes["prod/shop-ro"] as Record<string, unknown>;
  const ours = JSON.stringify({ "prod/shop-ro": { router, config, cluster: uid, ...rest } });
  const annotations = { ...own?.metadata.annotations, [key]: ours };
  const ref = { apiVersion, kind, namespace: "prod", name: own?.metadata.name ?? "" };
  await there.client.patch(ref, { type: "merge", body: { metadata: { annotations }, spec: own?.["spec"] } });
  await here.client.delete(ref);
  deepEqual(await live(), { code: 0, out: before, err: "" });

  const kinds = [shop, { apiVersion: "apps/v1", kind: "ReplicaSet" }, { apiVersion: "v1", kind: "Service" }];
  const items = [
    ...kinds.flatMap((one) => here.list({ apiVersion: one.apiVersion, kind: one.kind }, "prod")),
    ...there.list({ apiVersion, kind }, "prod"),
  ];
  const file = join(folder, "all.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  const { out } = await lotse("explain", shop.name, "-f", file, "--at", at);
  equal(out, before);

  const body = { data: { primary: "eA==" } };
  await here.client.patch({ ...secret, ...metadata }, { type: "merge", body });
  const { code, err } = await live();
  equal(code, 2);
  match(
    err,
    /^lotse: the kubeconfig of Istio's primary cluster in Secret argo-rollouts\/istio: primary: the/,
  );
});

const wrong: readonly [name: string, args: readonly string[], message: RegExp][] = [
  ["nothing to explain", [], /name a Rollout/],
  ["an unknown format", ["-o", "yaml"], /-o yaml: text or json/],
  ["no such file", ["-f", "/nonexistent.yaml"], /cannot read/],
  ["no such kubeconfig", ["web", "--kubeconfig", "/nonexistent"], /nonexistent/],
];
for (const [name, args, message] of wrong) {
  test(`explain refuses ${name}`, async () => {
    const { code, err } = await lotse("explain", ...args);
    equal(code, 2);
    match(err, message);
  });
}

test("explain tells of files without the Rollout that is asked for", async (t) => {
  const file = await fileOf(t, await updated({ is: "crash" }, 1));
  const { code, err } = await lotse("explain", "other", "-f", file);
  deepEqual([code, err], [2, 'lotse: there is no Rollout "other" in the files\n']);
});
