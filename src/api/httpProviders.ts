import * as z from "zod";
import { anything, flag, type Infer, int64, list, maybe, needed, text } from "./field.ts";

/** A request header. */
export const HttpHeader = z.object({
  key: needed(z.string(), "Its name."),
  value: needed(z.string(), "Its value."),
});
export type HttpHeader = Infer<typeof HttpHeader>;

const BasicAuth = z.object({
  username: text("The user."),
  password: text("The password; take it from a Secret through an argument."),
});

const OAuth2 = z.object({
  tokenUrl: text("Where a token is asked for, with scheme."),
  clientId: text("The client."),
  clientSecret: text("Its secret; take it from a Secret through an argument."),
  scopes: list(z.string(), "The scopes to ask for."),
});
export type OAuth2 = Infer<typeof OAuth2>;

const SigV4 = z.object({
  region: text("The AWS region. Default that of the environment."),
  profile: text("The AWS profile."),
  roleArn: text("A role to assume."),
});
export type SigV4 = Infer<typeof SigV4>;

/** How a provider that speaks HTTP logs in. */
export const HttpAuthentication = z.object({
  basicAuth: maybe(BasicAuth, "User and password."),
  oauth2: maybe(OAuth2, "A token for client credentials."),
  sigv4: maybe(SigV4, "AWS signatures, for Amazon Managed Prometheus."),
});
export type HttpAuthentication = Infer<typeof HttpAuthentication>;

/** An HTTP service that measures for a provider that is not built in (docs/metric-plugin.md). */
export const HttpPlugin = z.object({
  url: needed(z.string(), "Where the service is asked, with scheme."),
  headers: list(HttpHeader, "Headers to send."),
  timeoutSeconds: int64("Seconds to wait for the answer. Default 10."),
  insecure: flag("Whether TLS certificates are not verified. Default false."),
  config: anything("What the service is told, as it is."),
});
export type HttpPlugin = Infer<typeof HttpPlugin>;
