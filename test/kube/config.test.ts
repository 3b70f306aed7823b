import { deepEqual, equal, throws } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { accessOf } from "../../src/kube/access.ts";
import { type ConfigOptions, loadConfig } from "../../src/kube/config.ts";

const folder = await mkdtemp(join(tmpdir(), "lotse-config-"));
const kubeconfig = join(folder, "config");
after(() => rm(folder, { recursive: true }));
const file = {
  "current-context": "one",
  contexts: [
    { name: "one", context: { cluster: "a", user: "jane", namespace: "team" } },
    { name: "two", context: { cluster: "b", user: "joe" } },
    { name: "broken", context: { cluster: "nowhere", user: "joe" } },
  ],
  clusters: [
    { name: "a", cluster: { server: "https://a.example.com:6443/base", "certificate-authority": "ca.pem" } },
    { name: "b", cluster: { server: "http://localhost:8001" } },
  ],
  users: [
    { name: "jane", user: { token: "of-jane" } },
    { name: "joe", user: { token: "of-joe" } },
  ],
};
await writeFile(kubeconfig, JSON.stringify(file));
await writeFile(join(folder, "ca.pem"), "the authority");

interface Want {
  readonly server: string;
  readonly namespace: string;
  readonly headers: Readonly<Record<string, string>>;
}

const usual: Want = {
  server: "https://a.example.com:6443/base",
  namespace: "team",
  headers: { Authorization: "Bearer of-jane" },
};
const cases: [name: string, options: ConfigOptions, want: Partial<Want>][] = [
  ["the current context", {}, {}],
  [
    "another context, without namespace",
    { context: "two" },
    { server: "http://localhost:8001/", namespace: "default", headers: { Authorization: "Bearer of-joe" } },
  ],
  ["another namespace", { namespace: "other" }, { namespace: "other" }],
  ["another cluster", { cluster: "b" }, { server: "http://localhost:8001/" }],
  ["another user", { user: "joe" }, { headers: { Authorization: "Bearer of-joe" } }],
  ["another server", { server: "https://elsewhere" }, { server: "https://elsewhere/" }],
  ["another token", { token: "mine" }, { headers: { Authorization: "Bearer mine" } }],
  [
    "on behalf of somebody",
    { as: "boss" },
    { headers: { Authorization: "Bearer of-jane", "Impersonate-User": "boss" } },
  ],
];
for (const [name, options, want] of cases) {
  test(`config: ${name}`, async (t) => {
    const { config, namespace } = loadConfig({ kubeconfig, ...options });
    const access = accessOf(config);
    t.after(() => access.close());
    const { headers } = await access.entry();
    deepEqual({ server: access.server.href, namespace, headers: { ...headers } }, { ...usual, ...want });
  });
}

test("config: the authority of the file, one given instead, and none at all", () => {
  const clusterOf = (options: ConfigOptions) =>
    loadConfig({ kubeconfig, ...options }).config.getCurrentCluster();
  equal(clusterOf({})?.caFile, join(folder, "ca.pem"));
  equal(clusterOf({ certificateAuthority: "/other.pem" })?.caFile, "/other.pem");
  equal(clusterOf({ insecureSkipTlsVerify: true })?.skipTLSVerify, true);
});

const wrong: [name: string, options: ConfigOptions, message: RegExp][] = [
  ["a file that is not there", { kubeconfig: "/nowhere" }, /ENOENT.*\/nowhere/],
  ["an unknown context", { kubeconfig, context: "three" }, /the kubeconfig has no context "three"/],
  ["an unknown user", { kubeconfig, user: "jim" }, /the kubeconfig has no user "jim"/],
  [
    "a context without its cluster",
    { kubeconfig, context: "broken" },
    /the kubeconfig has no cluster "nowhere"/,
  ],
];
for (const [name, options, message] of wrong) {
  test(`config: ${name} is an error`, () => void throws(() => loadConfig(options), { message }));
}
