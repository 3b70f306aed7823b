import { measures } from "../analysisPlaces.ts";
import { done, step, waiting } from "./step.ts";

/** Waits for the analysis of the step to succeed. */
export const analysis = step("analysis", {
  text: () => "analysis",
  check({ verdict }, spec) {
    if (!measures(spec)) return done;
    const run = verdict.analyses.runs.get("Step");
    return run?.status === "Successful" ? done : waiting(`the analysis ${run?.name ?? "to start"}`);
  },
});
