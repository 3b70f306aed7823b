import { equal, ok, rejects } from "node:assert/strict";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { StaleConnection, Wire } from "../../src/kube/wire.ts";

interface Scene {
  readonly wire: Wire;
  readonly sockets: Socket[];
  /** Called with each request that arrives, and its connection. */
  answer: (socket: Socket, text: string) => void;
}

async function setUp(t: TestContext): Promise<Scene> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", (piece) => scene.answer(socket, piece.toString()));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const scene: Scene = {
    sockets,
    answer: (socket) => void socket.write(`${head(2)}{}`),
    wire: new Wire(() => connect(port, "127.0.0.1")),
  };
  t.after(async () => {
    scene.wire.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return scene;
}

const head = (length: number): string => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`;
const get = { text: "GET / HTTP/1.1\r\nhost: x\r\n\r\n", timeout: 30_000 };

test("wire: requests one after the other share a connection, requests at once do not", async (t) => {
  const { wire, sockets } = await setUp(t);
  await wire.ask(get);
  equal((await wire.ask(get)).text, "{}");
  equal(sockets.length, 1);
  await Promise.all([wire.ask(get), wire.ask(get), wire.ask(get)]);
  equal(sockets.length, 3);
});

test("wire: a connection that its server ends carries nothing more", async (t) => {
  const scene = await setUp(t);
  scene.answer = (socket) =>
    void socket.write("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}");
  await scene.wire.ask(get);
  await scene.wire.ask(get);
  equal(scene.sockets.length, 2);
});

test("wire: a connection that is closed while it waits is not used again", async (t) => {
  const { wire, sockets } = await setUp(t);
  await wire.ask(get);
  const [first] = sockets;
  const gone = new Promise((resolve) => first?.once("close", resolve));
  first?.end();
  await gone;
  equal((await wire.ask(get)).status, 200);
  equal(sockets.length, 2);
});

test("wire: what was sent on a connection that was just closed can go again", async (t) => {
  const scene = await setUp(t);
  await scene.wire.ask(get);
  scene.answer = (socket) => void socket.destroy();
  await rejects(scene.wire.ask(get), StaleConnection);
});

test("wire: what a new connection did not answer cannot go again", async (t) => {
  const scene = await setUp(t);
  scene.answer = (socket) => void socket.end();
  await rejects(scene.wire.ask(get), (error: Error) => {
    ok(!(error instanceof StaleConnection));
    return /closed before the answer/.test(error.message);
  });
});

test("wire: half an answer is none, and cannot go again", async (t) => {
  const scene = await setUp(t);
  await scene.wire.ask(get);
  scene.answer = (socket) => void socket.end(`${head(9)}{`);
  await rejects(scene.wire.ask(get), /in the middle of the answer/);
});

test("wire: a server that says more than it was asked is not spoken to again", async (t) => {
  const scene = await setUp(t);
  await scene.wire.ask(get);
  const [first] = scene.sockets;
  const gone = new Promise((resolve) => first?.once("close", resolve));
  first?.write(`${head(2)}{}`);
  await gone;
  await scene.wire.ask(get);
  equal(scene.sockets.length, 2);
});

test("wire: nonsense is an error", async (t) => {
  const scene = await setUp(t);
  scene.answer = (socket) => void socket.write("nonsense\r\n\r\n");
  await rejects(scene.wire.ask(get), /no HTTP/);
});

test("wire: an answer has its time, and is not waited for by whoever gave up", async (t) => {
  const scene = await setUp(t);
  scene.answer = () => {};
  await rejects(scene.wire.ask({ ...get, timeout: 10 }), /no answer within 0.01 s/);
  scene.answer = (socket) => void socket.write(head(2));
  await rejects(scene.wire.ask({ ...get, timeout: 200 }), /incomplete after|no answer within/);
  const ending = new AbortController();
  scene.answer = () => ending.abort();
  await rejects(scene.wire.ask({ ...get, signal: ending.signal }), /nobody wants the answer/);
  await rejects(scene.wire.ask({ ...get, signal: ending.signal }));
});

test("wire: closing it ends what is under way", async (t) => {
  const scene = await setUp(t);
  scene.answer = () => scene.wire.close();
  await rejects(scene.wire.ask(get));
});
