import { Problem } from "../api/problem.ts";
import { seconds } from "../api/time.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { templateFinder } from "./templates.ts";
import { notBuilt } from "./validate/notBuilt.ts";
import { checkReferences } from "./validate/references.ts";
import { checkSpec } from "./validate.ts";

type Invalid = NonNullable<RolloutSnapshot["invalid"]>;

/** How long until objects that are missing or do not fit are looked up again (traffic-cli-ops 1.3). */
const patience = seconds(20);

/** What is wrong with the Rollout itself; only an edit of it can help (rollout-core 3.2). */
export function problemOfSpec({ rollout, template, selector }: RolloutSnapshot): Invalid | undefined {
  return caught(() => {
    checkSpec(rollout, { template, selector, resolved: true });
    const missing = notBuilt(rollout);
    if (missing !== undefined) throw missing;
  });
}

/** What is wrong with the objects that it names (rollout-core 3.3). */
export function problemOfReferences(seen: RolloutSnapshot): Invalid | undefined {
  const { rollout, object, template, services, routers } = seen;
  const find = templateFinder(seen, object.metadata.namespace ?? "");
  return caught(() => checkReferences({ rollout, template, services, find, routers }), {
    retryAfter: patience,
  });
}

function caught(check: () => void, more: Partial<Invalid> = {}): Invalid | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return { ...more, message: error.message };
    throw error;
  }
}
