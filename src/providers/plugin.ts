import * as z from "zod";
import { Problem } from "../api/problem.ts";
import { provider } from "./provider.ts";

/** Programs that the peer loads for metrics are not loaded: each measurement says what to use instead. */
export const plugin = provider(z.record(z.string(), z.unknown()), async (spec) => {
  const [name = ""] = Object.keys(spec);
  throw new Problem(
    `provider.plugin["${name}"]: plugins are not loaded by this controller; ` +
      "let an HTTP service give the value and measure it with provider.web",
  );
});
