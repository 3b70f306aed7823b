import type { KubeObject } from "../../../src/api/object.ts";

const api = "argoproj.io/v1alpha1";

function pods(app: string, image: string): object {
  return {
    metadata: { labels: { app } },
    spec: { containers: [{ name: app, image, ports: [{ containerPort: 8080 }] }] },
  };
}

/**
 * The Rollout `my-api` with what needs most rights (metadata on live pods, an experiment with Services, an
 * analysis by a Job and by a query with a secret, no history), the Rollout `adopted`, which takes over from
 * the Deployment `legacy`, and the Experiment `apart`, which ends by itself.
 */
export function busy({ address }: { readonly address: string }): readonly KubeObject[] {
  return [
    { apiVersion: "v1", kind: "Secret", metadata: { name: "login" }, stringData: { token: "Bearer 4711" } },
    {
      apiVersion: api,
      kind: "AnalysisTemplate",
      metadata: { name: "all-good" },
      spec: {
        args: [{ name: "token", valueFrom: { secretKeyRef: { name: "login", key: "token" } } }],
        metrics: [{ name: "by-job", provider: { job: { spec: jobSpec } } }, byQuery(address)],
      },
    },
    {
      apiVersion: api,
      kind: "Rollout",
      metadata: { name: "my-api" },
      spec: {
        replicas: 2,
        revisionHistoryLimit: 0,
        selector: { matchLabels: { app: "my-api" } },
        template: pods("my-api", "myregistry.com/my-api:v1"),
        analysis: { successfulRunHistoryLimit: 0, unsuccessfulRunHistoryLimit: 0 },
        strategy: { canary },
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "legacy" },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: "legacy" } },
        template: pods("legacy", "myregistry.com/legacy:v1"),
      },
    },
    {
      apiVersion: api,
      kind: "Rollout",
      metadata: { name: "adopted" },
      spec: {
        replicas: 2,
        workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "legacy", scaleDown: "onsuccess" },
        strategy: { canary: {} },
      },
    },
    {
      apiVersion: api,
      kind: "Experiment",
      metadata: { name: "apart" },
      spec: {
        duration: "2s",
        scaleDownDelaySeconds: 0,
        templates: [
          {
            name: "one",
            selector: { matchLabels: { app: "apart" } },
            template: pods("apart", "myregistry.com/apart:v1"),
            service: {},
          },
        ],
      },
    },
  ];
}

const jobSpec = {
  template: {
    spec: { restartPolicy: "Never", containers: [{ name: "check", image: "myregistry.com/check:v1" }] },
  },
};

function byQuery(address: string): object {
  return {
    name: "by-query",
    successCondition: "result[0] == 1",
    provider: {
      prometheus: {
        address,
        query: "vector(1)",
        headers: [{ key: "Authorization", value: "{{args.token}}" }],
      },
    },
  };
}

const canary = {
  canaryMetadata: { labels: { role: "canary" } },
  stableMetadata: { labels: { role: "stable" } },
  steps: [
    { setWeight: 50 },
    {
      experiment: {
        duration: "3s",
        templates: [
          { name: "new", specRef: "canary", service: {} },
          { name: "old", specRef: "stable", service: { name: "my-api-old" } },
        ],
      },
    },
    { analysis: { templates: [{ templateName: "all-good" }] } },
    { pause: { duration: "1s" } },
  ],
};
