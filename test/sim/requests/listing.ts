import type { Case } from "./case.ts";
import {
  deployment,
  deployments,
  get,
  ingress,
  ingresses,
  map,
  maps,
  merge,
  patch,
  pod,
  pods,
  post,
  service,
  services,
  set,
  sets,
  table,
  thing,
  things,
} from "./steps.ts";

const two = [
  post(maps, map("a", {}, { labels: { x: "1" } })),
  post(maps, map("b", {}, { labels: { x: "2" } })),
];

/** Lists, tables and selectors. */
export const listing: readonly Case[] = [
  { name: "a list", before: two, ask: get(maps), code: 200 },
  { name: "a list of custom resources", before: [post(things, thing("w"))], ask: get(things), code: 200 },
  { name: "a list by label", before: two, ask: get(`${maps}?labelSelector=x+in+(2)`), code: 200 },
  { name: "a list by field", before: two, ask: get(`${maps}?fieldSelector=metadata.name%3Da`), code: 200 },
  {
    name: "a list by a field that cannot be selected",
    ask: get(`${maps}?fieldSelector=data.key%3Da`),
    code: 400,
  },
  {
    name: "pods by a field that cannot be selected",
    ask: get(`${pods}?fieldSelector=spec.priority%3D0`),
    code: 400,
  },
  {
    name: "Widgets by a field that cannot be selected",
    ask: get(`${things}?fieldSelector=spec.size%3Dsmall`),
    code: 400,
  },
  { name: "a page", before: two, ask: get(`${maps}?limit=1`), code: 200 },
  {
    name: "a watch list",
    before: two,
    ask: get(maps),
    code: 200,
    watch: `${maps}?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
  },
  {
    name: "a list by a label selector that is none",
    ask: get(`${maps}?labelSelector=a%3D%3D%3Db`),
    code: 400,
  },
  { name: "a list of nothing", ask: get(things), code: 200 },
  { name: "ReplicaSets in a table", before: [post(sets, set("web"))], ask: get(sets, table), code: 200 },
  {
    name: "Deployments in a table",
    before: [post(deployments, deployment("web"))],
    ask: get(deployments, table),
    code: 200,
  },
  {
    name: "Services in a table",
    before: [post(services, service("web"))],
    ask: get(services, table),
    code: 200,
  },
  { name: "pods in a table", before: [post(pods, pod("a"))], ask: get(pods, table), code: 200 },
  {
    name: "Ingresses in a table",
    before: [post(ingresses, ingress("web"))],
    ask: get(ingresses, table),
    code: 200,
  },
  { name: "ConfigMaps in a table", before: two, ask: get(maps, table), code: 200 },
  {
    name: "a label that begins and ends to match",
    before: two,
    ask: patch(`${maps}/a`, merge, { metadata: { labels: { x: "2" } } }),
    code: 200,
    watch: `${maps}?labelSelector=x%3D1`,
  },
];
