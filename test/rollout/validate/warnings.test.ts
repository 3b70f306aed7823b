import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../../src/api/read.ts";
import { RolloutSpec } from "../../../src/api/rollout.ts";
import { warnings } from "../../../src/rollout/validate/warnings.ts";

const canary = (fields: object) => ({ strategy: { canary: fields } });
const mirrored = [{ setMirrorRoute: { name: "h" } }];

const cases: [name: string, spec: object, want: [path: string, message: string][]][] = [
  ["nothing", canary({}), []],
  ["numbers and percentages", canary({ maxSurge: 1, maxUnavailable: "10%" }), []],
  [
    "a number in quotes",
    canary({ maxSurge: "1" }),
    [
      [
        "spec.strategy.canary.maxSurge",
        'the text "1" means 1 %; write 1 without quotes for a number of pods',
      ],
    ],
  ],
  [
    "words without router",
    canary({ maxUnavailable: "a few" }),
    [
      [
        "spec.strategy.canary.maxUnavailable",
        '"a few" is neither a number nor a percentage; no pod may be missing or added, so that the canary gets no pods',
      ],
    ],
  ],
  [
    "words with a router",
    canary({ maxUnavailable: "1.5%", trafficRouting: {} }),
    [
      [
        "spec.strategy.canary.maxUnavailable",
        '"1.5%" is neither a number nor a percentage; no pod may be missing or added',
      ],
    ],
  ],
  [
    "words of blue-green",
    { strategy: { blueGreen: { activeService: "a", maxUnavailable: "" } } },
    [
      [
        "spec.strategy.blueGreen.maxUnavailable",
        '"" is neither a number nor a percentage; no pod may be missing or added',
      ],
    ],
  ],
  [
    "a threshold of no kind",
    canary({ replicaProgressThreshold: { type: "Pod", value: 1 } }),
    [
      [
        "spec.strategy.canary.replicaProgressThreshold.type",
        '"Pod" is not known; there are Percent and Pods',
      ],
    ],
  ],
  ["a threshold", canary({ replicaProgressThreshold: { type: "Pods", value: 1 } }), []],
  [
    "an analysis of nothing",
    canary({ steps: [{ analysis: {} }] }),
    [
      [
        "spec.strategy.canary.steps[0].analysis",
        "without templates nothing is measured: the step is done at once",
      ],
    ],
  ],
  [
    "an analysis after the end",
    canary({ steps: [{ setWeight: 5 }], analysis: { startingStep: 1, templates: [] } }),
    [["spec.strategy.canary.analysis.startingStep", "there are only 1 steps: it never starts"]],
  ],
  ["an analysis without steps", canary({ analysis: { startingStep: 1 } }), []],
  [
    "a mirror beside a router without mirrors",
    canary({
      steps: mirrored,
      trafficRouting: { istio: {}, nginx: {}, traefik: { weightedTraefikServiceName: "a" } },
    }),
    [["spec.strategy.canary.steps[0].setMirrorRoute", "it changes nothing at nginx and traefik"]],
  ],
  [
    "a header beside a router without headers",
    canary({ steps: [{ setHeaderRoute: { name: "h" } }], trafficRouting: { istio: {}, smi: {} } }),
    [["spec.strategy.canary.steps[0].setHeaderRoute", "it changes nothing at smi"]],
  ],
  [
    "a mirror at a mesh and a Gateway",
    canary({ steps: mirrored, trafficRouting: { gatewayAPI: {}, istio: {} } }),
    [],
  ],
  [
    "a way to scale down that is not known",
    { workloadRef: { scaleDown: "slowly" } },
    [
      [
        "spec.workloadRef.scaleDown",
        '"slowly" is taken for never; there are never, onsuccess and progressively',
      ],
    ],
  ],
  ["a way to scale down", { workloadRef: { scaleDown: "onsuccess" } }, []],
  [
    "a role's label that chooses the pods",
    {
      selector: { matchLabels: { app: "web" }, matchExpressions: [{ key: "role", operator: "Exists" }] },
      strategy: { canary: { canaryMetadata: { labels: { role: "canary", color: "red" } } } },
    },
    [
      [
        "spec.strategy.canary.canaryMetadata.labels",
        '"role" is a label of spec.selector; pods must not change it with their role',
      ],
    ],
  ],
];
for (const [name, spec, want] of cases) {
  test(`lint warns of ${name}`, () => {
    const found = warnings({ spec: read(RolloutSpec, spec) });
    deepEqual(
      found,
      want.map(([path, message]) => ({ path, message })),
    );
  });
}
