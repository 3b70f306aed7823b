import { isJson, type Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import type { Argument, Metric } from "./types.ts";

/** An argument whose value comes from a Secret, and the variable that carries it in a container. */
interface SecretArgument {
  readonly name: string;
  readonly variable: string;
  readonly ref: Json;
}

/**
 * A metric measured by a Job, in which no value of a Secret will stand: containers get it as a variable from
 * the Secret itself, and `{{args.NAME}}` in their command, args and env becomes a reference to that variable.
 * Other metrics stay as they are. Throws a `Problem` for a secret anywhere else in the Job: whoever may read
 * Jobs could read it there.
 */
export function withSecretVariables(metric: Metric, args: readonly Argument[]): Metric {
  const { job } = metric.provider;
  const secrets = args.flatMap((arg, index) => secretArgument(arg, index) ?? []);
  if (job === undefined || secrets.length === 0) return metric;
  if (!mentionsAny([metric.name, job], secrets)) return metric;

  const spec = changed(job.spec, "template", (template) =>
    changed(template, "spec", (pod) =>
      changedAll(
        changedAll(pod, "initContainers", (each) => withVariables(each, secrets)),
        "containers",
        (each) => withVariables(each, secrets),
      ),
    ),
  );
  const safe = { ...job, spec };
  const left = secrets.find((secret) => mentions([metric.name, safe], secret));
  if (left === undefined) return { ...metric, provider: { ...metric.provider, job: safe } };
  const tag = `{{args.${left.name}}}`;
  throw new Problem(
    `${tag} is a secret: a Job may have it only in command, args and env values of its containers`,
  );
}

function secretArgument({ name, valueFrom }: Argument, index: number): SecretArgument | undefined {
  const ref = valueFrom?.secretKeyRef;
  if (ref === undefined) return undefined;
  return { name, variable: `LOTSE_ARG_${index}_${name.replaceAll(/\W/g, "_").toUpperCase()}`, ref };
}

/** The container with references to variables; those stand before its own, which may refer to them. */
function withVariables(container: Json, secrets: readonly SecretArgument[]): Json {
  const refer = (text: unknown) => (typeof text === "string" ? referring(text, secrets) : text);
  const { command, args, env } = container;
  const own = Array.isArray(env) ? env : [];
  const parts = {
    ...(Array.isArray(command) && { command: command.map(refer) }),
    ...(Array.isArray(args) && { args: args.map(refer) }),
    env: own.map((each: unknown) =>
      typeof valueIn(each) === "string" ? { ...(each as Json), value: refer(valueIn(each)) } : each,
    ),
  };
  const used = secrets.filter((secret) => mentions([command, args, own.map(valueIn)], secret));
  if (used.length === 0) return container;
  const variables = used.map(({ variable, ref }) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: ref["name"], key: ref["key"] } },
  }));
  return { ...container, ...parts, env: [...variables, ...parts.env] };
}

function valueIn(variable: unknown): unknown {
  return isJson(variable) ? variable["value"] : undefined;
}

/** `$(VARIABLE)` for each tag; a `$` before it is doubled, or it would take the reference away. */
function referring(text: string, secrets: readonly SecretArgument[]): string {
  return secrets.reduce(
    (rest, secret) =>
      rest.replaceAll(new RegExp(`(\\$*)${tagOf(secret).source}`, "g"), (_whole, before: string) => {
        const dollars = before.length % 2 === 1 ? `${before}$` : before;
        return `${dollars}$(${secret.variable})`;
      }),
    text,
  );
}

function mentionsAny(value: unknown, secrets: readonly SecretArgument[]): boolean {
  return secrets.some((secret) => mentions(value, secret));
}

function mentions(value: unknown, secret: SecretArgument): boolean {
  return tagOf(secret).test(JSON.stringify(value) ?? "");
}

function tagOf({ name }: SecretArgument): RegExp {
  return new RegExp(`\\{\\{\\s*args\\.${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\s*\\}\\}`);
}

function changed(object: Json, key: string, change: (member: Json) => Json): Json {
  const member = object[key];
  return isJson(member) ? { ...object, [key]: change(member) } : object;
}

function changedAll(object: Json, key: string, change: (member: Json) => Json): Json {
  const list = object[key];
  if (!Array.isArray(list)) return object;
  return { ...object, [key]: list.map((each: unknown) => (isJson(each) ? change(each) : each)) };
}
