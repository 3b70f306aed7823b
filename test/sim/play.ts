import { request as plain } from "node:http";
import { request as secure } from "node:https";
import type { Case, Step } from "./requests/case.ts";
import { definition } from "./requests/steps.ts";

/** An API server to play the table against. */
export interface Endpoint {
  readonly url: string;
  readonly ca?: string;
  readonly token?: string;
}

/** What a case came to, without what differs from run to run (uids, versions, times, addresses). */
export interface Outcome {
  readonly code: number;
  readonly body: unknown;
  readonly events?: readonly unknown[];
}

interface Answer {
  readonly code: number;
  readonly body: unknown;
}

/** So long a watch must be silent to have told everything, in milliseconds. */
const silence = 300;

/** Creates the definitions that the cases need; it may take a second until they are served. */
export async function prepare(endpoint: Endpoint): Promise<void> {
  await send(endpoint, definition);
  const widgets: Step = { method: "GET", path: "/apis/example.com/v1/widgets" };
  for (let tries = 0; tries < 50; tries += 1) {
    if ((await send(endpoint, widgets)).code === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Widgets are not served");
}

/** So long is waited for events that are known to come, in milliseconds. */
const patience = 20_000;

/** Plays one case in a namespace of its own, and hears at least so many events of its watch. */
export async function play(
  endpoint: Endpoint,
  { before = [], ask, watch, loosely }: Case,
  namespace: string,
  least = 0,
): Promise<Outcome> {
  const inside = (step: Step) => JSON.parse(JSON.stringify(step).replaceAll(/\bNS\b/g, namespace)) as Step;
  const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  await must(endpoint, { method: "POST", path: "/api/v1/namespaces", body: made });
  const watched = watch === undefined ? undefined : await follow(endpoint, watch.replaceAll("NS", namespace));
  for (const step of before) await must(endpoint, inside(step));
  const { code, body } = await send(endpoint, inside(ask));
  if (loosely === true) return { code, body: "" };
  const shown = (value: unknown) => steady(value, namespace);
  return {
    code,
    body: shown(body),
    ...(watched === undefined ? {} : { events: (await watched(least)).map(shown) }),
  };
}

async function must(endpoint: Endpoint, step: Step): Promise<void> {
  const { code, body } = await send(endpoint, step);
  if (code >= 300) throw new Error(`${step.method} ${step.path}: ${JSON.stringify(body)}`);
}

function call(
  endpoint: Endpoint,
  { method, path, body, type, accept }: Step,
): Promise<import("node:http").IncomingMessage> {
  const { url, ca, token } = endpoint;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    accept: accept ?? "application/json",
    ...(text === undefined
      ? {}
      : { "content-type": type ?? "application/json", "content-length": Buffer.byteLength(text) }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false as const };
    const asked = url.startsWith("https:")
      ? secure(url + path, { ...options, ...(ca === undefined ? {} : { ca }) }, resolve)
      : plain(url + path, options, resolve);
    asked.once("error", reject);
    asked.end(text);
  });
}

async function send(endpoint: Endpoint, step: Step): Promise<Answer> {
  const reply = await call(endpoint, step);
  reply.setEncoding("utf8");
  let text = "";
  for await (const chunk of reply) text += String(chunk);
  return { code: reply.statusCode ?? 0, body: text.startsWith("{") ? JSON.parse(text) : text };
}

/** Watches a path; the answer ends the watch once it told so much and is silent, and gives its events. */
async function follow(
  endpoint: Endpoint,
  path: string,
): Promise<(least: number) => Promise<readonly unknown[]>> {
  const reply = await call(endpoint, {
    method: "GET",
    path: `${path}${path.includes("?") ? "&" : "?"}watch=1`,
  });
  const lines: string[] = [];
  let rest = "";
  let heard = performance.now();
  reply.setEncoding("utf8");
  reply.on("data", (chunk: string) => {
    heard = performance.now();
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.filter((line) => !isPlainBookmark(line)));
  });
  reply.on("error", () => undefined);
  return async (least) => {
    const since = performance.now();
    heard = since;
    const quiet = endpoint.url.startsWith("https:") ? silence : 5;
    const owes = () => lines.length < least && performance.now() - since < patience;
    while (owes() || performance.now() - heard < quiet) {
      await new Promise((resolve) => setTimeout(resolve, quiet / 4));
    }
    reply.destroy();
    return lines.map((line) => JSON.parse(line));
  };
}

/** A real API server sends a bookmark about once a minute; only the one after the initial events is due. */
function isPlainBookmark(line: string): boolean {
  return line.includes('"type":"BOOKMARK"') && !line.includes("k8s.io/initial-events-end");
}

const changing = new Set(["uid", "resourceVersion", "managedFields", "selfLink", "continue", "description"]);
const times = new Set(["creationTimestamp", "deletionTimestamp", "lastTransitionTime"]);
const addresses = new Set(["clusterIP", "nodePort"]);

/** What is left of a value when everything that differs from run to run is gone or named by its kind. */
function steady(value: unknown, namespace: string, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => steady(item, namespace, key));
  if (typeof value === "object" && value !== null) {
    const kept = Object.entries(value).filter(([field]) => !changing.has(field));
    return Object.fromEntries(
      kept.sort().map(([field, item]) => [field, steadyField(field, item, namespace)]),
    );
  }
  if (typeof value !== "string") return value;
  const text = value
    .replaceAll(namespace, "NS")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "UID");
  if (key === "cells" && /^(\d+[smh])+$/.test(text)) return "AGE";
  if (key === "message") return text.replace(/ is invalid: \[.*\]$/s, " is invalid: […]");
  return text.replaceAll(/\b10\.\d+\.\d+\.\d+\b(?!\d)/g, "IP");
}

function steadyField(field: string, value: unknown, namespace: string): unknown {
  if (field === "causes" && Array.isArray(value)) return causesOf(value, namespace);
  if (times.has(field)) return value === null ? null : "TIME";
  if (addresses.has(field)) return value === "None" ? value : field;
  return steady(value, namespace, field);
}

/** The API server finds mistakes in any order; a message that lists them says no more than the causes. */
function causesOf(causes: readonly unknown[], namespace: string): readonly unknown[] {
  return causes
    .map((cause) => steady(cause, namespace))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
