import { deepEqual, equal, match } from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { type Ran, runDemo } from "./process.ts";

function leavesNothing({ files, processes }: Ran): void {
  deepEqual({ files, processes }, { files: [], processes: [] });
}

const gone = "demo: nothing is left running, and its folder is removed\n";

test("the demo tells both stories by measured numbers", async () => {
  const ran = await runDemo(["--fast"]);
  const { code, stdout, stderr } = ran;
  equal(code, 0, stderr + stdout);
  equal(stderr, "");
  match(stdout, /Queries are answered by the embedded evaluator\./);
  match(stdout, / {2}pause 5m → 2s \(3 times\)\n {2}interval 60s → 1s\n/);
  match(stdout, /10 % of the traffic goes to v1\.5\.0[\s\S]*v1\.5\.0 is the stable version/);
  match(stdout, /RolloutAborted: .*Background analysis phase error\/failed/);
  match(stdout, /good release v1\.5\.0: promoted in \d+\.\d s\n {2}traffic +10 → 30 → 60 → 100 %\n/);
  match(stdout, /bad release v1\.6\.0-bad: taken back by itself\n {2}traffic +10 → (30 → )?(60 → )?0 %\n/);
  match(stdout, /users hit +[1-9]\d* of 1,000 /);
  match(stdout, /seconds to rollback \d+\.\d /);
  match(stdout, /requests without a pod: 0\n$/);
  leavesNothing(ran);
});

test("the demo ends cleanly when it is stopped, nobody reads it, or a port is in use", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const { port } = blocker.address() as AddressInfo;
  const stable = (text: string) => text.includes("v1.4.2 is the stable version");
  const [stopped, unread, refused] = await Promise.all([
    runDemo(["--fast"], (text, demo) => stable(text) && demo.kill("SIGINT")),
    runDemo(["--fast"], (text, demo) => text !== "" && demo.closeOutput()),
    runDemo(["--fast", `--port=${port}`]),
  ]);
  blocker.close();
  deepEqual([stopped.code, stopped.stderr], [130, `demo: stopped by SIGINT\n${gone}`]);
  deepEqual([unread.code, unread.stderr], [1, `demo: nobody reads its output any more\n${gone}`]);
  const inUse = `demo: port ${port} of 127.0.0.1 is in use: choose another one\n${gone}`;
  deepEqual([refused.code, refused.stderr], [2, inUse]);
  for (const ran of [stopped, unread, refused]) leavesNothing(ran);
});
