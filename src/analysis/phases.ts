/** From best to worst (analysis 2.7). */
const order = ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"];

const completed: ReadonlySet<string> = new Set(["Successful", "Failed", "Error", "Inconclusive"]);

/** Whether a run, a metric or a measurement has ended. */
export function isCompleted(phase: string | undefined): boolean {
  return phase !== undefined && completed.has(phase);
}

/** Whether a phase is strictly worse than another one. */
export function isWorse(phase: string, than: string): boolean {
  return order.indexOf(phase) > order.indexOf(than);
}

/** Whether a metric that counts ended so that the others need not go on. */
export function endsTheRun(phase: string): boolean {
  return isCompleted(phase) && phase !== "Successful";
}
