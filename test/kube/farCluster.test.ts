import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { apart, sparing, unusable } from "../../src/kube/farCluster.ts";
import type { Request, Transport } from "../../src/kube/transport.ts";
import { ApiError } from "../../src/reconcile/ports.ts";

const at = (path: string): Request => ({ method: "GET", path });
const silence = new ApiError(0, "ConnectionFailed", "no answer");

/** A server that answers with its name, or with an error. */
class Far {
  readonly asked: Request[] = [];
  error: ApiError | undefined;
  readonly transport: Transport;

  constructor(name: string) {
    const answer = async (request: Request): Promise<never> => {
      this.asked.push(request);
      if (this.error !== undefined) throw this.error;
      return { status: 200, json: name } as never;
    };
    this.transport = { request: answer, stream: answer, close: () => void this.asked.push(at("close")) };
  }

  get paths(): readonly string[] {
    return this.asked.map(({ path }) => path);
  }
}

test("far cluster (trap T-51): one API group is asked of one server, everything else of the other", async () => {
  const [there, here] = [new Far("there"), new Far("here")];
  const both = apart("networking.istio.io", there.transport, here.transport);
  const theirs = ["/apis/networking.istio.io/v1alpha3", "/apis/networking.istio.io/v1/virtualservices"];
  const ours = [
    "/api/v1/secrets",
    "/apis/networking.k8s.io/v1/ingresses",
    "/apis/networking.istio.io.example/v1",
  ];
  for (const path of [...theirs, ...ours]) {
    await both.request(at(path));
    await both.stream(at(path));
  }
  const twice = (paths: readonly string[]) => paths.flatMap((path) => [path, path]);
  deepEqual([there.paths, here.paths], [twice(theirs), twice(ours)]);
  both.close();
  deepEqual([there.paths.at(-1), here.paths.at(-1)], ["close", "close"]);
});

test("far cluster: while it gives no answer one request at a time tries it, the others are refused at once", async () => {
  const far = new Far("far");
  let now = 0;
  const { request } = sparing(far.transport, "far", () => now);
  const refused = () => rejects(request(at("/x")), { code: 0, message: "far: no answer" });
  far.error = silence;
  await refused();
  await refused();
  equal(far.asked.length, 1);

  now = 5_000;
  const probe = refused();
  await refused();
  await probe;
  equal(far.asked.length, 2);

  now = 10_000;
  far.error = undefined;
  equal((await request(at("/x"))).json, "far");
  await request(at("/x"));
  equal(far.asked.length, 4);
});

test("far cluster: an answer is an answer, whatever it says, and one that is given up says nothing", async () => {
  const far = new Far("far");
  let now = 0;
  const { request } = sparing(far.transport, "far", () => now);
  far.error = new ApiError(503, "ServiceUnavailable", "later");
  await rejects(request(at("/x")), { code: 503, message: "later" });
  far.error = silence;
  const signal = AbortSignal.abort();
  await rejects(request({ ...at("/x"), signal }));
  await rejects(request(at("/x")));
  equal(far.asked.length, 3);

  now = 5_000;
  await rejects(request({ ...at("/x"), signal }));
  far.error = undefined;
  await request(at("/x"));
  equal(far.asked.length, 5);
});

const named: [code: number, message: string][] = [
  [401, "far: no"],
  [403, "far: no"],
  [404, "no"],
  [409, "no"],
];
for (const [code, message] of named) {
  test(`far cluster: ${code} is told as "${message}", with its status`, async () => {
    const far = new Far("far");
    const status = { details: { kind: "virtualservices" } };
    far.error = new ApiError(code, "Why", "no", { status });
    await rejects(sparing(far.transport, "far").stream(at("/x")), { code, reason: "Why", message, status });
  });
}

test("far cluster: a GET is not waited for as long as a write", async () => {
  const far = new Far("far");
  const { request, stream, close } = sparing(far.transport, "far");
  await request(at("/x"));
  await stream(at("/x"));
  await request({ ...at("/x"), timeout: 7 });
  await request({ ...at("/x"), method: "PATCH" });
  deepEqual(
    far.asked.map(({ timeout }) => timeout),
    [10_000, 10_000, 7, undefined],
  );
  close();
  equal(far.paths.at(-1), "close");
});

test("far cluster: one that cannot be used refuses everything", async () => {
  const { request, stream, close } = unusable(silence);
  await rejects(request(at("/x")), silence);
  await rejects(stream(at("/x")), silence);
  close();
});
