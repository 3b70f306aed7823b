import { readFile } from "node:fs/promises";
import { Problem } from "../api/problem.ts";
import { seconds } from "../api/time.ts";
import type { HttpReply } from "./http.ts";
import { members, parsedJson } from "./json.ts";
import type { Asking, Surroundings } from "./provider.ts";
import { type AwsKeys, signatureHeaders, type Unsigned } from "./sigv4.ts";

/** What signing needs of a question. */
export type SigningWith = Pick<Asking, "surroundings" | "http" | "signal" | "now" | "hide">;

/** For whom it is signed; what is empty comes from the surroundings. */
export interface SigningFor {
  readonly service: string;
  readonly region: string;
  readonly profile: string;
  readonly roleArn: string;
}

/** The headers that sign a request to AWS, with the keys of the default chain (analysis 6.2). */
export async function signedHeaders(
  unsigned: Unsigned,
  target: SigningFor,
  asking: SigningWith,
): Promise<Readonly<Record<string, string>>> {
  const region = target.region === "" ? awsRegion(asking.surroundings) : target.region;
  if (region === "") throw new Problem("no AWS region: set region or AWS_REGION");
  const keys = await awsKeys({ ...target, region }, asking);
  asking.hide(keys.secretKey);
  if (keys.sessionToken !== "") asking.hide(keys.sessionToken);
  return signatureHeaders(unsigned, { ...keys, region, service: target.service, at: asking.now });
}

/** Whose keys are wanted. */
interface KeysFor {
  readonly region: string;
  /** A profile of the shared files; empty for the default chain. */
  readonly profile: string;
  /** A role to take on with the keys found; empty for none. */
  readonly roleArn: string;
}

/** The region that the surroundings name; empty when they name none. */
export function awsRegion({ variables }: Surroundings): string {
  return variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"] ?? "";
}

/**
 * The keys of the default chain: the environment, a web identity (IRSA), the shared credentials file, the
 * container's endpoint. A role is taken on with them. Throws a `Problem` when there are none.
 */
async function awsKeys(wanted: KeysFor, asking: SigningWith): Promise<AwsKeys> {
  const { variables } = asking.surroundings;
  const profile = wanted.profile === "" ? (variables["AWS_PROFILE"] ?? "default") : wanted.profile;
  const found =
    (wanted.profile === "" ? fromEnvironment(variables) : undefined) ??
    (wanted.profile === "" ? await fromWebIdentity(wanted.region, asking) : undefined) ??
    (await fromFile(profile, variables)) ??
    (await fromContainer(asking));
  if (found === undefined) throw new Problem("no AWS credentials were found in the default chain");
  return wanted.roleArn === "" ? found : assumeRole(wanted.roleArn, wanted.region, found, asking);
}

type Variables = Surroundings["variables"];

function fromEnvironment(variables: Variables): AwsKeys | undefined {
  const accessKey = variables["AWS_ACCESS_KEY_ID"] ?? "";
  const secretKey = variables["AWS_SECRET_ACCESS_KEY"] ?? "";
  if (accessKey === "" || secretKey === "") return undefined;
  return { accessKey, secretKey, sessionToken: variables["AWS_SESSION_TOKEN"] ?? "" };
}

async function fromWebIdentity(region: string, asking: SigningWith): Promise<AwsKeys | undefined> {
  const { variables } = asking.surroundings;
  const file = variables["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "";
  const roleArn = variables["AWS_ROLE_ARN"] ?? "";
  if (file === "" || roleArn === "") return undefined;
  const token = (await readFile(file, "utf8")).trim();
  asking.hide(token);
  const session = variables["AWS_ROLE_SESSION_NAME"] ?? "lotse";
  const form = {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: session,
    WebIdentityToken: token,
  };
  return keysIn(await askSts(region, form, undefined, asking));
}

async function fromFile(profile: string, variables: Variables): Promise<AwsKeys | undefined> {
  const file = variables["AWS_SHARED_CREDENTIALS_FILE"] ?? `${variables["HOME"] ?? ""}/.aws/credentials`;
  const text = await readFile(file, "utf8").catch(() => "");
  const section = text.split(/^\s*\[/m).find((part) => part.startsWith(`${profile}]`)) ?? "";
  const entries = new Map(
    [...section.matchAll(/^\s*(\w+)\s*=\s*(.*?)\s*$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
  const accessKey = entries.get("aws_access_key_id");
  const secretKey = entries.get("aws_secret_access_key");
  if (accessKey === undefined || secretKey === undefined) return undefined;
  return { accessKey, secretKey, sessionToken: entries.get("aws_session_token") ?? "" };
}

/** The endpoint of ECS and of EKS Pod Identity. */
async function fromContainer({ surroundings, http, signal }: SigningWith): Promise<AwsKeys | undefined> {
  const { variables } = surroundings;
  const path = variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
  const url =
    path === undefined ? variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] : `http://169.254.170.2${path}`;
  if (url === undefined || url === "") return undefined;
  const file = variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"];
  const token =
    file === undefined ? variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] : await readFile(file, "utf8");
  const headers = token === undefined ? {} : { Authorization: token.trim() };
  const reply = await http({
    method: "GET",
    url,
    headers,
    timeout: seconds(5),
    reads: true,
    trusted: true,
    signal,
  });
  const { AccessKeyId, SecretAccessKey, Token } = members(parsedJson(reply.body));
  if (typeof AccessKeyId !== "string" || typeof SecretAccessKey !== "string") return undefined;
  return {
    accessKey: AccessKeyId,
    secretKey: SecretAccessKey,
    sessionToken: typeof Token === "string" ? Token : "",
  };
}

async function assumeRole(
  roleArn: string,
  region: string,
  keys: AwsKeys,
  asking: SigningWith,
): Promise<AwsKeys> {
  const form = { Action: "AssumeRole", Version: "2011-06-15", RoleArn: roleArn, RoleSessionName: "lotse" };
  return keysIn(await askSts(region, form, keys, asking));
}

function askSts(
  region: string,
  form: Readonly<Record<string, string>>,
  keys: AwsKeys | undefined,
  { http, signal, surroundings, now }: SigningWith,
): Promise<HttpReply> {
  const url = `${surroundings.variables["AWS_ENDPOINT_URL_STS"] ?? `https://sts.${region}.amazonaws.com`}/`;
  const body = new URLSearchParams(form).toString();
  const content = { "Content-Type": "application/x-www-form-urlencoded" };
  const unsigned = { method: "POST", url, body, headers: content };
  const signature =
    keys === undefined ? {} : signatureHeaders(unsigned, { ...keys, region, service: "sts", at: now });
  const headers = { ...content, ...signature };
  return http({
    method: "POST",
    url,
    body,
    headers,
    timeout: seconds(10),
    reads: true,
    trusted: true,
    signal,
  });
}

/** STS answers in XML, flat enough to be read by name. */
function keysIn({ status, body }: HttpReply): AwsKeys {
  const read = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? "";
  const keys = {
    accessKey: read("AccessKeyId"),
    secretKey: read("SecretAccessKey"),
    sessionToken: read("SessionToken"),
  };
  if (status !== 200 || keys.accessKey === "" || keys.secretKey === "") {
    throw new Problem(`AWS did not give credentials: ${status} ${read("Code")} ${read("Message")}`.trim());
  }
  return keys;
}
