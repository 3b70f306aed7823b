import { done, step, waiting } from "./step.ts";

/** Waits for the experiment of the step to succeed. */
export const experiment = step("experiment", {
  text: () => "experiment",
  check: ({ verdict }) =>
    verdict.experiment.succeeded
      ? done
      : waiting(`the experiment ${verdict.experiment.current ?? "to start"}`),
});
