import { deepEqual, match } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Prometheus } from "../../src/api/providers.ts";
import { type Answer, measured, type Seen, serving } from "./server.ts";

const scalar = '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}';
const sts =
  "<R><Credentials><AccessKeyId>STS</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken></Credentials></R>";
const container = '{"AccessKeyId":"ECS","SecretAccessKey":"s","Token":"t"}';

const answer = ({ url }: Seen): Answer => {
  if (url === "/sts/") return sts;
  return url === "/keys" ? container : scalar;
};

/** The key that signed the last request, and what was asked before. */
function signer(sigv4: object, variables: (address: string, folder: string) => Record<string, string>) {
  return serving(answer, async (address, seen) => {
    const folder = await mkdtemp(join(tmpdir(), "lotse-aws-"));
    try {
      await writeFile(join(folder, "token"), "web-token\n");
      await writeFile(
        join(folder, "credentials"),
        "[default]\naws_access_key_id = DEFAULT\naws_secret_access_key = s\n[other]\naws_access_key_id=OTHER\naws_secret_access_key=s\n",
      );
      const authentication = { sigv4: { region: "eu-west-1", ...sigv4 } };
      const prometheus: Prometheus = { address: `${address}/aps-workspaces`, query: "up", authentication };
      const told = await measured({ provider: { prometheus }, variables: variables(address, folder) });
      const key = /Credential=(\w+)/.exec(seen.at(-1)?.headers.authorization ?? "")?.[1];
      return { told, key, before: seen.slice(0, -1) };
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

const environment = { AWS_ACCESS_KEY_ID: "ENV", AWS_SECRET_ACCESS_KEY: "s" };
const chains: readonly [
  name: string,
  sigv4: object,
  variables: (address: string, folder: string) => Record<string, string>,
  key: string,
][] = [
  ["the environment", {}, () => environment, "ENV"],
  [
    "a web identity",
    {},
    (address, folder) => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token"),
      AWS_ROLE_ARN: "arn:role",
      AWS_ENDPOINT_URL_STS: `${address}/sts`,
    }),
    "STS",
  ],
  [
    "the shared file",
    {},
    (_, folder) => ({ AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") }),
    "DEFAULT",
  ],
  [
    "a profile of the shared file",
    { profile: "other" },
    (_, folder) => ({ ...environment, AWS_SHARED_CREDENTIALS_FILE: join(folder, "credentials") }),
    "OTHER",
  ],
  [
    "the container",
    {},
    (address) => ({ HOME: "/nowhere", AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/keys` }),
    "ECS",
  ],
  [
    "a role",
    { roleArn: "arn:other" },
    (address) => ({ ...environment, AWS_ENDPOINT_URL_STS: `${address}/sts` }),
    "STS",
  ],
];
for (const [name, sigv4, variables, key] of chains) {
  test(`AWS keys come from ${name}`, async () => deepEqual((await signer(sigv4, variables)).key, key));
}

test("a role is taken on with the keys found", async () => {
  const { before } = await signer({ roleArn: "arn:other" }, (address) => ({
    ...environment,
    AWS_ENDPOINT_URL_STS: `${address}/sts`,
  }));
  deepEqual(Object.fromEntries(new URLSearchParams(before[0]?.body)), {
    Action: "AssumeRole",
    Version: "2011-06-15",
    RoleArn: "arn:other",
    RoleSessionName: "lotse",
  });
  match(before[0]?.headers.authorization ?? "", /Credential=ENV\/20240501\/eu-west-1\/sts\//);
});
