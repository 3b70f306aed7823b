import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Endpoints } from "./endpoints.ts";
import { listening, type Opened } from "./listening.ts";
import { Turns } from "./turns.ts";

/** What a gateway asks to find the way of a request. */
export interface Ways {
  readonly endpoints: Pick<Endpoints, "weights" | "behind" | "all">;
  /** Where a pod answers. */
  url(pod: string): string | undefined;
}

/**
 * A gateway in front of the pods: each request goes to a Service by the weights of the live HTTPRoute, then
 * to a ready pod behind it in turn; without a route to any ready pod in turn. A request without a pod is
 * answered by 503, one whose pod does not answer by 502, both without the header that tells the version.
 */
export async function openGateway(ways: Ways, port: number): Promise<Opened> {
  const agent = new Agent({ keepAlive: true });
  const choose = chooser(ways);
  const server = createServer((asked, response) => {
    const url = choose();
    if (url === undefined) return void response.writeHead(503).end();
    forward(asked, response, url, agent);
  });
  const opened = await listening(server, port);
  return {
    ...opened,
    async close() {
      await opened.close();
      agent.destroy();
    },
  };
}

function forward(asked: IncomingMessage, response: ServerResponse, url: string, agent: Agent): void {
  const { method = "GET", headers, url: path = "/" } = asked;
  const onward = request(`${url}${path}`, { method, headers, agent }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  asked.pipe(onward);
}

/** Where the next request goes. */
export function chooser({ endpoints, url }: Ways): () => string | undefined {
  const services = new Turns();
  const pods = new Turns();
  return () => {
    const { weights } = endpoints;
    const service = weights === undefined ? undefined : services.next(weights);
    if (weights !== undefined && service === undefined) return undefined;
    const ready = service === undefined ? endpoints.all() : endpoints.behind(service);
    const pod = pods.next(new Map(ready.map((name) => [name, 1])));
    return pod === undefined ? undefined : url(pod);
  };
}
