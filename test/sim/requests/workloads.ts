import { podTemplate } from "../builders.ts";
import type { Case } from "./case.ts";
import {
  deployment,
  deployments,
  job,
  jobs,
  merge,
  patch,
  pod,
  pods,
  post,
  richPod,
  set,
  sets,
  strategic,
} from "./steps.ts";

/** What workloads and pods are given and refused. */
export const workloads: readonly Case[] = [
  { name: "a ReplicaSet gets its defaults", ask: post(sets, set("web")), code: 201 },
  {
    name: "a pod template gets its defaults",
    ask: post(sets, set("web", { template: { metadata: { labels: { app: "web" } }, spec: richPod } })),
    code: 201,
  },
  { name: "a Deployment gets its defaults", ask: post(deployments, deployment("web")), code: 201 },
  {
    name: "a paused Deployment that recreates",
    ask: post(
      deployments,
      deployment("web", { paused: true, replicas: 0, minReadySeconds: 0, strategy: { type: "Recreate" } }),
    ),
    code: 201,
  },
  {
    name: "a ReplicaSet without a selector",
    ask: post(sets, set("web", { selector: undefined })),
    code: 422,
  },
  {
    name: "a Deployment without a selector",
    ask: post(deployments, deployment("web", { selector: undefined })),
    code: 422,
  },
  {
    name: "a selector that misses the template",
    ask: post(sets, set("web", { selector: { matchLabels: { app: "api" } } })),
    code: 422,
  },
  { name: "an empty selector", ask: post(deployments, deployment("web", { selector: {} })), code: 422 },
  {
    name: "a template without containers",
    ask: post(
      sets,
      set("web", { template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } } }),
    ),
    code: 422,
  },
  {
    name: "a container without image",
    ask: post(sets, set("web", { template: podTemplate("web", "") })),
    code: 422,
  },
  {
    name: "a container without name",
    ask: post(
      deployments,
      deployment("web", {
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ image: "a" }] } },
      }),
    ),
    code: 422,
  },
  {
    name: "two containers of one name, a port out of range, a mount of nothing",
    ask: post(
      sets,
      set("web", {
        template: {
          metadata: { labels: { app: "web" } },
          spec: {
            containers: [
              { name: "a", image: "a", ports: [{ containerPort: 70_000 }] },
              { name: "a", image: "a", volumeMounts: [{ name: "x", mountPath: "/x" }] },
            ],
          },
        },
      }),
    ),
    code: 422,
  },
  {
    name: "pods that do not restart",
    ask: post(
      deployments,
      deployment("web", {
        template: {
          metadata: { labels: { app: "web" } },
          spec: { restartPolicy: "Never", containers: [{ name: "a", image: "a" }] },
        },
      }),
    ),
    code: 422,
  },
  {
    name: "requests above limits",
    ask: post(
      pods,
      pod("a", {
        containers: [{ name: "a", image: "a", resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }],
      }),
    ),
    code: 422,
  },
  { name: "a negative number of replicas", ask: post(sets, set("web", { replicas: -1 })), code: 422 },
  { name: "replicas as text", ask: post(sets, set("web", { replicas: "3" })), code: 400 },
  {
    name: "a selector that changes",
    before: [post(sets, set("web"))],
    ask: patch(`${sets}/web`, merge, {
      spec: {
        selector: { matchLabels: { app: "web", tier: "x" } },
        template: { metadata: { labels: { tier: "x" } } },
      },
    }),
    code: 422,
  },
  {
    name: "a rolling update of nothing",
    ask: post(
      deployments,
      deployment("web", { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    ),
    code: 422,
  },
  { name: "a pod gets its defaults", ask: post(pods, pod("a")), code: 201 },
  {
    name: "a pod with guaranteed resources",
    ask: post(
      pods,
      pod("a", {
        containers: [{ name: "a", image: "a:1", resources: { limits: { cpu: "1", memory: "1Gi" } } }],
      }),
    ),
    code: 201,
  },
  {
    name: "a pod's image changes",
    before: [post(pods, pod("a"))],
    ask: patch(`${pods}/a`, strategic, { spec: { containers: [{ name: "web", image: "web:2" }] } }),
    code: 200,
  },
  { name: "a Job gets its defaults", ask: post(`${jobs}?dryRun=All`, job("a")), code: 201 },
  {
    name: "a Job that always restarts",
    ask: post(jobs, job("a", { template: { spec: { containers: [{ name: "a", image: "a" }] } } })),
    code: 422,
  },
  {
    name: "a Job's template changes",
    before: [post(jobs, job("a"))],
    ask: patch(`${jobs}/a`, merge, { spec: { completions: 3 } }),
    code: 422,
  },
];
