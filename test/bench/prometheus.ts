import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { served } from "../cluster/support/served.ts";

/** Plays Prometheus: the quality of a rollout is good until it is condemned. */
export interface Judge {
  readonly url: string;
  /**
   * From now on the quality is bad; resolves to the moment (`performance.now`) at which that was first
   * answered.
   */
  condemn(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a metrics server that answers queries such as `quality{rollout="web"}`. */
export async function startJudge(): Promise<Judge> {
  const condemned = new Map<string, (moment: number) => void>();
  const answer = async (asked: IncomingMessage, reply: ServerResponse): Promise<void> => {
    const said = `${asked.url ?? ""}\n${await text(asked)}`;
    const [, name = ""] = decodeURIComponent(said.replaceAll("+", " ")).match(/rollout="([^"]+)"/) ?? [];
    const tell = condemned.get(name);
    const value = tell === undefined ? "0.99" : "0.5";
    const result = [{ metric: {}, value: [Date.now() / 1000, value] }];
    reply.setHeader("content-type", "application/json");
    reply.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
    tell?.(performance.now());
  };
  const server = createServer((asked, reply) => void answer(asked, reply));
  return {
    ...(await served(server)),
    condemn: (name) => new Promise((resolve) => condemned.set(name, resolve)),
  };
}
