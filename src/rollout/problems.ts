import { Problem } from "../api/problem.ts";
import type { RolloutSpec } from "../api/rollout.ts";
import { seconds } from "../api/time.ts";
import { remembered } from "../reconcile/remembered.ts";
import type { RolloutSnapshot, Template } from "./snapshot.ts";
import { templateFinder } from "./templates.ts";
import { notBuilt } from "./validate/notBuilt.ts";
import { checkReferences } from "./validate/references.ts";
import { checkSpec } from "./validate.ts";

type Invalid = NonNullable<RolloutSnapshot["invalid"]>;

/** How long until objects that are missing or do not fit are looked up again (traffic-cli-ops 1.3). */
const patience = seconds(20);

/** What is wrong with the Rollout itself; only an edit of it can help (rollout-core 3.2). */
export function problemOfSpec({
  rollout: { spec },
  template,
  selector,
}: RolloutSnapshot): Invalid | undefined {
  return spec.workloadRef === undefined ? problemAlone(spec) : problemIn(spec, template, selector);
}

/** The template and selector of a Rollout without reference are its own: it is judged once. */
const problemAlone = remembered((spec: RolloutSpec) =>
  problemIn(spec, spec.template as Template | undefined, spec.selector),
);

function problemIn(
  spec: RolloutSpec,
  template: Template | undefined,
  selector: RolloutSpec["selector"],
): Invalid | undefined {
  return caught(() => {
    checkSpec({ spec }, { template, selector, resolved: true });
    const missing = notBuilt({ spec });
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
