import { readFileSync } from "node:fs";

const serviceAccountNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";

/** `$POD_NAMESPACE`, else that of the service account, else `argo-rollouts` (analysis 0). */
export function controllerNamespace(): string {
  const named = process.env["POD_NAMESPACE"];
  if (named) return named;
  try {
    return readFileSync(serviceAccountNamespace, "utf8").trim() || "argo-rollouts";
  } catch {
    return "argo-rollouts";
  }
}
