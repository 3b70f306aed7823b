/** A pod template with one container. */
export const podTemplate = {
  metadata: { labels: { app: "my-api" } },
  spec: {
    containers: [{ name: "my-api", image: "myregistry.com/my-api:v1.4.2", ports: [{ containerPort: 8080 }] }],
  },
};

/** A canary Rollout; `spec` says what differs. */
export function rollout(spec: object = {}): object {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "my-api" },
    spec: {
      replicas: 5,
      selector: { matchLabels: { app: "my-api" } },
      template: podTemplate,
      strategy: {
        canary: {
          steps: [{ setWeight: 10 }, { pause: { duration: "5m" } }, { setWeight: 30 }, { pause: {} }],
          canaryService: "my-api-canary",
          stableService: "my-api-stable",
        },
      },
      ...spec,
    },
  };
}

/** A Service for the Rollout's pods. */
export function service(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: "my-api" }, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

/** A Deployment; `spec` says what differs. */
export function deployment(spec: object = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "nginx:1" }] },
      },
      ...spec,
    },
  };
}
