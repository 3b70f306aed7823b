import { istioGroup } from "../api/istioRouting.ts";
import { isJson } from "../api/json.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { type Instant, instant, rfc3339 } from "../api/time.ts";
import { type Explanation, explain as explained } from "../rollout/explain.ts";
import { rolloutRef } from "../rollout/observe.ts";
import { routerKinds } from "../rollout/routed.ts";
import { routers, routersFor } from "../traffic/index.ts";
import { notesOn } from "../traffic/note.ts";
import { command } from "./command.ts";
import { explainText } from "./explainText.ts";
import type { Live, Routed } from "./live.ts";
import { readManifests } from "./manifests.ts";
import { onlooked } from "./onlooker.ts";
import { clientOver, placedIn } from "./readOnly.ts";

/** Explains what Rollouts wait for, with the decision that the controller takes. */
export const explain = command({
  usage: "ROLLOUT... [-n NAMESPACE] | [ROLLOUT...] -f FILE... [--at T] [-o text|json]",
  about: "tell what a Rollout waits for, since when, until when, why, and what happens next",
  options: {
    filename: {
      type: "string",
      short: "f",
      multiple: true,
      value: "FILE",
      about: "objects as `kubectl get -o yaml` prints them, instead of a cluster; - is stdin",
    },
    namespace: {
      type: "string",
      short: "n",
      value: "NAME",
      about: "the namespace (default: of the context)",
    },
    kubeconfig: { type: "string", value: "FILE", about: "the kubeconfig (default as for kubectl)" },
    context: { type: "string", value: "NAME", about: "the context of the kubeconfig" },
    at: { type: "string", value: "T", about: "the time of the files, RFC 3339 (default now)" },
    output: { type: "string", short: "o", value: "text|json", default: "text", about: "how it is printed" },
  },
  async run({ values, positionals }, { out }) {
    const { output } = values;
    if (output !== "text" && output !== "json") throw new Problem(`-o ${output}: text or json`);
    const now = values.at === undefined ? (Date.now() as Instant) : instant(values.at);
    const found =
      values.filename.length > 0
        ? await fromFiles(values.filename, positionals, now)
        : await fromCluster(values, positionals, now);
    if (output === "json")
      out(JSON.stringify(found.length === 1 ? plain(found[0]) : found.map(plain), null, 2));
    else out(found.map((one) => explainText(one, now).join("\n")).join("\n\n"));
    return found.some(({ is }) => is === "stuck") ? 1 : 0;
  },
});

async function fromFiles(
  files: readonly string[],
  names: readonly string[],
  now: Instant,
): Promise<readonly Explanation[]> {
  const objects = await readManifests(files);
  const rollouts = objects.filter(({ kind }) => kind === "Rollout");
  const wanted = names.length === 0 ? rollouts : names.map((name) => named(rollouts, name));
  const [first] = wanted;
  if (first === undefined) throw new Problem("there is no Rollout in the files");
  const found: Explanation[] = [];
  for (const { metadata } of wanted) {
    const { namespace = "default", name } = metadata;
    const routed = routedIn(placedIn(namespace, objects), `${namespace}/${name}`);
    found.push(await explanation(routed, { namespace, name }, now));
  }
  return found;
}

/** The objects as a cluster; which one they are in when they were Istio's in another one, they say. */
function routedIn(objects: readonly KubeObject[], key: string): Routed {
  const noted = objects.filter(({ metadata }) => isJson(metadata)).map((one) => notesOn(one)[key]);
  return { client: clientOver(objects), istioCluster: noted.find((note) => note?.cluster)?.cluster };
}

function named<One extends { readonly metadata: { readonly name: string } }>(
  all: readonly One[],
  name: string,
): One {
  const found = all.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Problem(`there is no Rollout "${name}" in the files`);
  return found;
}

interface Place {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
}

async function fromCluster(
  place: Place,
  names: readonly string[],
  now: Instant,
): Promise<readonly Explanation[]> {
  if (names.length === 0) throw new Problem("name a Rollout, or files with -f");
  const { withCluster } = await import("./live.ts"); // the Kubernetes client takes long to load
  return withCluster(place, async (live) => {
    const { namespace } = live;
    const found: Explanation[] = [];
    for (const name of names) {
      const routed = await routedFor(live, name);
      found.push(await explanation(routed, { namespace, name }, now));
    }
    return found;
  });
}

/** What to read with; no cluster is asked for a Secret unless the Rollout routes with Istio (trap T-51). */
async function routedFor({ client, namespace, withIstio }: Live, name: string): Promise<Routed> {
  const rollout = await client.get({ ...rolloutRef, namespace, name });
  const kinds = rollout === undefined ? [] : routerKinds(rollout, routers);
  const isIstio = kinds.some(({ apiVersion }) => apiVersion.startsWith(`${istioGroup}/`));
  return isIstio ? withIstio() : { client };
}

async function explanation(
  { client, istioCluster }: Routed,
  which: { readonly namespace: string; readonly name: string },
  now: Instant,
): Promise<Explanation> {
  const seen = await onlooked(which, client, now, routersFor({}, istioCluster));
  if (seen === undefined) {
    throw new Problem(
      `there is no Rollout "${which.name}" in the namespace "${which.namespace}", or it is going`,
    );
  }
  return explained(seen, now);
}

/** As JSON shows it: times as texts. */
function plain(found: Explanation | undefined): unknown {
  if (found === undefined) return undefined;
  const time = (at: Instant | undefined) => (at === undefined ? undefined : rfc3339(at));
  const { waits, looksAgain, ...rest } = found;
  return {
    ...rest,
    waits: waits && { ...waits, since: time(waits.since), until: time(waits.until) },
    looksAgain: time(looksAgain),
  };
}
