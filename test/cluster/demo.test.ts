import { deepEqual, equal, match } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type Ran, runDemo } from "../demo/process.ts";
import { freePorts } from "./support/child.ts";
import { program, skipWithout } from "./support/parts.ts";
import { startPrometheus } from "./support/prometheus.ts";

const run = promisify(execFile);

/** What the demo says of both releases, whoever answers the queries. */
function tellsBothStories({ code, stdout, stderr }: Ran): void {
  equal(code, 0, stderr + stdout);
  match(stdout, /good release v1\.5\.0: promoted in \d+\.\d s\n {2}traffic +10 → 30 → 60 → 100 %\n/);
  match(stdout, /bad release v1\.6\.0-bad: taken back by itself\n {2}traffic +10 → (30 → )?(60 → )?0 %\n/);
  match(stdout, /seconds to rollback \d+\.\d /);
  match(stdout, /requests without a pod: 0\n/);
}

function leavesNothing({ files, processes }: Ran): void {
  deepEqual({ files, processes }, { files: [], processes: [] });
}

for (const name of ["prometheus", "victoria-metrics"] as const) {
  const skip = skipWithout(name);
  test(`the demo uses ${name} where it alone is on PATH, within 45 s`, {
    skip,
    timeout: 90_000,
  }, async (t) => {
    const path = await folderWith(program(name));
    t.after(() => rm(path, { recursive: true }));
    const ran = await runDemo([], () => {}, { PATH: path });
    match(ran.stdout, new RegExp(`Queries are answered by \\S+/${name}(-prod)?, started`));
    tellsBothStories(ran);
    leavesNothing(ran);
    equal(ran.took <= 45, true, `${ran.took} s`);
  });
}

test("the demo evaluates queries itself where neither is on PATH, within 45 s", {
  timeout: 90_000,
}, async () => {
  const ran = await runDemo([], () => {}, { PATH: "" });
  match(ran.stdout, /Queries are answered by the embedded evaluator\./);
  tellsBothStories(ran);
  leavesNothing(ran);
  equal(ran.took <= 45, true, `${ran.took} s`);
});

test("the demo asks a server that is given; kept, kubectl works with it, and Ctrl-C is its good end", {
  skip: skipWithout("prometheus") || skipWithout("kubectl"),
  timeout: 120_000,
}, async () => {
  const [port = 0] = await freePorts(1);
  const server = await startPrometheus({ targets: [`http://127.0.0.1:${port}`], present: false });
  try {
    let asked: Promise<{ readonly stdout: string }> | undefined;
    const ran = await runDemo(
      ["--keep", `--metrics-port=${port}`, "--prometheus", server.url],
      (text, demo) => {
        const [, command = ""] = /^ {2}kubectl (.* get rollouts,pods)$/m.exec(text) ?? [];
        if (command === "" || asked !== undefined) return;
        asked = run(program("kubectl"), command.split(" ")).finally(() => demo.kill("SIGINT"));
      },
    );
    tellsBothStories(ran);
    match(
      (await asked)?.stdout ?? "",
      /rollout\.argoproj\.io\/my-api +5 [\s\S]*pod\/my-api-\S+ +1\/1 +Running/,
    );
    leavesNothing(ran);
  } finally {
    await server.stop();
  }
});

/** A folder to be the PATH, with nothing on it but this program. */
async function folderWith(file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "lotse-path-"));
  await symlink(file, join(folder, basename(file)));
  return folder;
}
