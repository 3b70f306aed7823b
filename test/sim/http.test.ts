import { deepEqual, equal, match } from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ApiError } from "../../src/reconcile/ports.ts";
import { serveApi } from "../../src/sim/http.ts";
import { valueAt } from "../../src/sim/json.ts";
import { cluster, configMap, widget } from "./builders.ts";

interface Answer {
  readonly code: number;
  readonly body: Record<string, unknown>;
  readonly warning: string | null;
}

describe("the HTTP face", async () => {
  const kube = cluster();
  const server = await serveApi(kube);
  after(() => server.close());

  async function ask(
    method: string,
    path: string,
    body?: object,
    contentType = "application/json",
  ): Promise<Answer> {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": contentType } };
    const reply = await fetch(server.url + path, { method, ...init });
    return {
      code: reply.status,
      body: JSON.parse(await reply.text()),
      warning: reply.headers.get("warning"),
    };
  }

  /** The lines of a watch until it has sent so many. */
  async function watched(path: string, count: number): Promise<Record<string, unknown>[]> {
    const reply = await fetch(server.url + path);
    const lines: Record<string, unknown>[] = [];
    let text = "";
    for await (const chunk of reply.body ?? []) {
      text += new TextDecoder().decode(chunk);
      const parts = text.split("\n");
      text = parts.pop() ?? "";
      lines.push(...parts.map((line) => JSON.parse(line)));
      if (lines.length >= count) break;
    }
    return lines;
  }

  const maps = "/api/v1/namespaces/default/configmaps";

  test("creates, reads, patches, lists and deletes", async () => {
    equal((await ask("POST", maps, configMap("a"))).code, 201);
    equal((await ask("POST", maps, configMap("a"))).code, 409);
    const merge = "application/merge-patch+json";
    deepEqual((await ask("PATCH", `${maps}/a`, { data: { key: "2" } }, merge)).body["data"], { key: "2" });
    equal((await ask("GET", `${maps}/a`)).code, 200);
    const { body } = await ask("GET", maps);
    deepEqual([body["kind"], (body["items"] as unknown[]).length], ["ConfigMapList", 1]);
    equal((await ask("DELETE", `${maps}/a`)).body["status"], "Success");
    equal((await ask("GET", `${maps}/a`)).code, 404);
  });

  test("gives a long list in pages that share a version", async () => {
    for (const name of ["p1", "p2", "p3"]) await ask("POST", maps, configMap(name));
    const first = (await ask("GET", `${maps}?limit=2`)).body["metadata"] as Record<string, string>;
    await ask("POST", maps, configMap("p4"));
    const second = (await ask("GET", `${maps}?limit=2&continue=${first["continue"]}`)).body;
    const metadata = second["metadata"] as Record<string, string>;
    equal(metadata["resourceVersion"], first["resourceVersion"]);
    equal((second["items"] as unknown[]).length, 2);
    equal((await ask("GET", `${maps}?limit=2&continue=nonsense`)).code, 400);
  });

  test("begins a watch list with what is there, and marks its end", async () => {
    await ask("POST", "/apis/example.com/v1/namespaces/default/widgets", widget("w"));
    const query = "watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan";
    const [added, bookmark] = await watched(`/apis/example.com/v1/widgets?${query}`, 2);
    equal(added?.["type"], "ADDED");
    equal(bookmark?.["type"], "BOOKMARK");
    const annotations = valueAt(bookmark, ["object", "metadata", "annotations"]);
    deepEqual(annotations, { "k8s.io/initial-events-end": "true" });
  });

  test("ends a watch after its time, and tells one that is too old to start again", async () => {
    const begun = performance.now();
    deepEqual(await watched(`${maps}?watch=1&timeoutSeconds=1&resourceVersion=${kube.version}`, 1), []);
    equal(performance.now() - begun > 900, true);
    const { version } = kube;
    kube.forgetHistory();
    await ask("POST", maps, configMap("late"));
    kube.forgetHistory();
    const [line] = await watched(`${maps}?watch=1&resourceVersion=${version}`, 1);
    equal(line?.["type"], "ERROR");
    equal(valueAt(line, ["object", "code"]), 410);
  });

  test("answers with tables, and with the columns of a definition", async () => {
    const path = `${server.url}/apis/example.com/v1/namespaces/default/widgets`;
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const table = (await (await fetch(path, { headers: { accept } })).json()) as {
      columnDefinitions: { name: string }[];
      rows: { cells: unknown[] }[];
    };
    deepEqual(
      table.columnDefinitions.map(({ name }) => name),
      ["Name", "Desired", "Age"],
    );
    deepEqual(table.rows[0]?.cells, ["w", 1, "0s"]);
  });

  test("warns of unknown fields, or refuses them", async () => {
    const path = "/apis/example.com/v1/namespaces/default/widgets";
    const { code, warning } = await ask("POST", path, widget("x", { colour: "red" }));
    deepEqual([code, warning], [201, '299 - "unknown field \\"spec.colour\\""']);
    const strict = await ask("POST", `${path}?fieldValidation=Strict`, widget("y", { colour: "red" }));
    equal(strict.code, 400);
    match(String(strict.body["message"]), /strict decoding error: unknown field "spec.colour"/);
  });

  test("applies on the server: claims are withdrawn, and may conflict", async () => {
    const apply = (manager: string, data: object) =>
      ask(
        "PATCH",
        `${maps}/applied?fieldManager=${manager}`,
        { apiVersion: "v1", kind: "ConfigMap", data },
        "application/apply-patch+yaml",
      );
    equal((await apply("one", { a: "1", b: "2" })).code, 201);
    await ask("PATCH", `${maps}/applied`, { data: { c: "3" } }, "application/merge-patch+json");
    deepEqual((await apply("one", { a: "1" })).body["data"], { a: "1", c: "3" });
    const refused = await apply("two", { a: "9" });
    deepEqual(
      [refused.code, refused.body["message"]],
      [409, 'Apply failed with 1 conflict: conflict with "one": .data.a'],
    );
  });

  test("says what it serves", async () => {
    const { body } = await ask("GET", "/apis/example.com/v1");
    const names = (body["resources"] as { name: string }[]).map(({ name }) => name);
    deepEqual(names, ["widgets", "widgets/status", "widgets/scale"]);
    equal((await ask("GET", "/openapi/v3/apis/example.com/v1")).code, 200);
    equal((await ask("GET", "/apis/nobody.io/v1/things")).code, 404);
    equal((await ask("PUT", maps)).code, 405);
  });
});

test("faults can be put before the HTTP face", async () => {
  const server = await serveApi(cluster(), {
    before: () => {
      throw new ApiError(503, "ServiceUnavailable", "not now");
    },
  });
  equal((await fetch(`${server.url}/api/v1/pods`)).status, 503);
  await server.close();
});
