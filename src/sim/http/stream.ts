import type { KubeObject } from "../../api/object.ts";
import { ApiError, type Selection } from "../../reconcile/ports.ts";
import type { Cluster } from "../cluster.ts";
import { apiVersionOf, type Resource } from "../resource.ts";
import { bookmarkOf, type WatchEvent } from "../watch.ts";
import { type ApiStream, isOn } from "./exchange.ts";

/** How often a watch that asks for bookmarks gets one, in milliseconds. */
const bookmarkEvery = 30_000;

/**
 * A watch as a stream of lines. `shape` says how its objects are shown. It ends after `timeoutSeconds`, by
 * default after half an hour; a version that is too old is an ERROR line, and the end.
 */
export function watchStream(
  cluster: Cluster,
  resource: Resource,
  selection: Selection,
  query: URLSearchParams,
  shape: (object: KubeObject) => unknown,
): ApiStream {
  return {
    open(send, end) {
      const bookmarks = isOn(query, "allowWatchBookmarks");
      const initial = isOn(query, "sendInitialEvents");
      const since = query.get("resourceVersion") ?? undefined;
      const options = { since: initial ? undefined : since, bookmarks: initial && bookmarks };
      const tell = ({ type, object }: WatchEvent) =>
        send({ type, object: type === "BOOKMARK" ? object : shape(object) });
      const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      const stop = started(() => cluster.watch(kind, selection, tell, options), send);
      if (stop === undefined) {
        end();
        return () => undefined;
      }
      const timeout = setTimeout(end, 1_000 * (Number(query.get("timeoutSeconds")) || 1_800));
      const beat = setInterval(() => {
        if (bookmarks) send(bookmarkOf(resource, Number(cluster.version), false));
      }, bookmarkEvery);
      return () => {
        clearTimeout(timeout);
        clearInterval(beat);
        stop();
      };
    },
  };
}

function started(start: () => () => void, send: (line: unknown) => void): (() => void) | undefined {
  try {
    return start();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    send({ type: "ERROR", object: error.status });
    return undefined;
  }
}
