import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seconds } from "../api/time.ts";
import type { Belongings } from "./belongings.ts";
import { Film } from "./film.ts";
import { Load } from "./load.ts";
import { namespace } from "./manifests.ts";
import type { Options } from "./options.ts";
import type { Screen } from "./screen.ts";
import { Show } from "./show.ts";
import { openStage, type Stage } from "./stage.ts";
import { firstRates, promoted, takenBack } from "./story.ts";
import { summary } from "./summary.ts";
import { wrapped } from "./text.ts";

/** What a run of the demo is given. */
export interface Run {
  readonly options: Options;
  readonly screen: Screen;
  readonly belongings: Belongings;
  /** Ends the demo; its reason says why. */
  readonly abort: AbortController;
}

/** Requests in a second, and how many users they come from. */
const rate = 150;
const users = 1_000;

/**
 * Plays both releases and says how they went. Rejects when one does not go as it should, or with the abort's
 * reason.
 */
export async function demo({ options, screen, belongings, abort }: Run): Promise<void> {
  const begun = performance.now();
  const now = () => performance.now() - begun;
  const { signal } = abort;
  const folder = await mkdtemp(join(tmpdir(), "lotse-demo-"));
  belongings.add(() => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  const ground = { folder, belongings, fail: (error: unknown) => abort.abort(error) };
  const stage = await openStage(ground, options);
  introduce(stage, screen);

  const load = new Load({ url: stage.gateway.url, rate, users, now });
  belongings.add(() => load.close());
  const film = options.film === undefined ? undefined : new Film();
  const show = new Show({ stage, load, screen, now, film, signal });
  belongings.add(() => show.close());
  await show.until("the first version serves", ({ phase }) => phase === "Healthy", seconds(20));
  load.start();
  await firstRates(stage, show, now);

  const good = await promoted(stage, show);
  const bad = await takenBack(stage, show);
  if (!options.keep) show.finish();
  screen.leave();
  screen.say();
  const lines = summary({ good, bad, users, lost: load.lost });
  for (const line of lines) screen.say(line);
  if (options.film !== undefined && film !== undefined) await writeFile(options.film, film.svg(lines));
  if (options.keep) await kept(stage, show, screen);
}

/** What is played, and with what. */
function introduce({ patched, metrics }: Stage, screen: Screen): void {
  const say = (text: string) => {
    for (const line of wrapped(text, screen.width, "  ")) screen.say(line);
  };
  say("Lotse's demo: real traffic on an embedded cluster.");
  say(`Queries are answered by ${metrics.name}.`);
  say("The seed manifest (src/demo/seed.yaml) is patched:");
  for (const line of patched.shown) screen.say(`  ${line}`);
  screen.say();
}

/** Says how to go on by hand, and shows what happens until the demo is ended. */
async function kept({ kubeconfig, gateway }: Stage, show: Show, screen: Screen): Promise<void> {
  const kubectl = `kubectl --kubeconfig ${kubeconfig} -n ${namespace}`;
  const patch = JSON.stringify([
    {
      op: "replace",
      path: "/spec/template/spec/containers/0/image",
      value: "myregistry.com/my-api:v1.7.0",
    },
  ]);
  const lines = [
    "",
    `The cluster keeps running, and ${gateway.url} serves, until Ctrl-C:`,
    `  ${kubectl} get rollouts,pods`,
    "the next release (a tag that says bad fails often):",
    `  ${kubectl} patch rollout my-api --type=json -p '${patch}'`,
    "",
  ];
  for (const line of lines) screen.say(line);
  const forever = seconds(2_000_000);
  await show.until("Ctrl-C", () => false, forever);
}
