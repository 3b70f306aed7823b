import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { KindRef, KubeObject } from "../../src/api/object.ts";
import { findPrimaryCluster } from "../../src/kube/primaryCluster.ts";
import type { Client, Selection } from "../../src/reconcile/ports.ts";

const kubeconfig = (server = "https://primary.example.com:6443", more: object = {}) =>
  JSON.stringify({
    "current-context": "one",
    contexts: [{ name: "one", context: { cluster: "a", user: "lotse" } }],
    clusters: [{ name: "a", cluster: { server } }],
    users: [{ name: "lotse", user: { token: "s3cret" } }],
    ...more,
  });

function secret(name: string, data?: Readonly<Record<string, string>>): KubeObject {
  const encoded = Object.entries(data ?? {}).map(([key, text]) => [
    key,
    Buffer.from(text).toString("base64"),
  ]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "lotse", uid: `uid-of-${name}` },
    ...(data && { data: Object.fromEntries(encoded) }),
  };
}

/** What is found where the API server has these Secrets, and what it was asked for. */
async function found(...secrets: readonly KubeObject[]) {
  const asked: [KindRef, Selection | undefined][] = [];
  const client = {
    list: async (kind: KindRef, selection?: Selection) => {
      asked.push([kind, selection]);
      return secrets;
    },
  };
  return { asked, cluster: await findPrimaryCluster(client as unknown as Client, "lotse") };
}

test("primary cluster (trap T-51): the Secret is found by its label in one namespace", async (t) => {
  const { asked, cluster } = await found(secret("istio", { primary: kubeconfig() }));
  const labelSelector = "istio.argoproj.io/primary-cluster=true";
  deepEqual(asked, [
    [
      { apiVersion: "v1", kind: "Secret" },
      { namespace: "lotse", labelSelector },
    ],
  ]);
  ok(cluster !== undefined && !("problem" in cluster.access));
  const { access, ...rest } = cluster;
  t.after(() => access.close());
  deepEqual(rest, { secret: "lotse/istio", id: "uid-of-istio", ignored: [] });
  equal(access.server.href, "https://primary.example.com:6443/");
  equal((await access.entry()).headers["Authorization"], "Bearer s3cret");
});

test("primary cluster: without a Secret there is none", async () => {
  equal((await found()).cluster, undefined);
});

test("primary cluster: of several Secrets the first by name counts, and of several entries too", async (t) => {
  const data = { b: kubeconfig("https://b"), a: kubeconfig("https://a") };
  const { cluster } = await found(secret("z", { a: "" }), secret("b", data), secret("c", { a: "" }));
  ok(cluster !== undefined && !("problem" in cluster.access));
  const { access } = cluster;
  t.after(() => access.close());
  deepEqual([cluster.secret, cluster.ignored], ["lotse/b", ["lotse/c", "lotse/z"]]);
  equal(access.server.href, "https://a/");
});

const useless: [name: string, data: Readonly<Record<string, string>> | undefined, problem: RegExp][] = [
  ["nothing in it", undefined, /^there is nothing in it$/],
  ["an empty entry", { config: "" }, /^config: this is no kubeconfig$/],
  ["no YAML", { config: "token: [s3cret" }, /^config: this is no kubeconfig$/],
  ["a text", { config: "s3cret" }, /^config: the kubeconfig has no cluster ""$/],
  [
    "no such user",
    { config: kubeconfig(undefined, { users: [] }) },
    /^config: the kubeconfig has no user "lotse"$/,
  ],
  ["no address", { config: kubeconfig("primary") }, /^config: Invalid URL$/],
];
for (const [name, data, problem] of useless) {
  test(`primary cluster: a Secret with ${name} is a problem, told without what is in it`, async () => {
    const { cluster } = await found(secret("istio", data));
    ok(cluster !== undefined && "problem" in cluster.access);
    match(cluster.access.problem, problem);
    ok(!cluster.access.problem.includes("s3cret"));
  });
}
