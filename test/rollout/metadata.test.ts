import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { metadataAtBirth, metadataFor, metadataNeedsPods, recordOf } from "../../src/rollout/metadata.ts";
import { needsPods } from "../../src/rollout/needsPods.ts";
import { type View, viewOf } from "../../src/rollout/view.ts";
import { newHash, pod, replicaSet, type SetOptions, seen, t0, timeAt } from "../support/rolloutSeen.ts";

const note = "rollout.argoproj.io/ephemeral-metadata";
const canaryMetadata = { labels: { role: "canary" }, annotations: { note: "x" } };
const stableMetadata = { labels: { role: "stable" } };
const canary = { canaryMetadata, stableMetadata };
const asCanary = '{"labels":{"role":"canary"},"annotations":{"note":"x"}}';
const asStable = '{"labels":{"role":"stable"}}';

/** Two versions in the middle of an update, both as they should be. */
const news = (more: Partial<SetOptions> = {}) =>
  replicaSet({
    hash: newHash,
    size: 1,
    revision: 2,
    annotations: { [note]: asCanary },
    labels: { role: "canary" },
    templateAnnotations: { note: "x" },
    ...more,
  });
const stable = (more: Partial<SetOptions> = {}) =>
  replicaSet({ hash: "old", annotations: { [note]: asStable }, labels: { role: "stable" }, ...more });

interface Case {
  readonly strategy?: object;
  readonly status?: object;
  readonly sets: readonly KubeObject[];
  readonly pods?: readonly KubeObject[];
}

function view({ strategy = { canary }, status, sets, pods }: Case): View {
  return viewOf(
    seen({
      spec: { strategy },
      status: { stableRS: "old", currentPodHash: newHash, ...status },
      replicaSets: sets,
      more: { pods },
    }),
    t0,
  );
}

/** The writes as names and bodies. */
function written(given: Case): readonly [name: string, body: unknown][] {
  return metadataFor(view(given)).map((effect) => {
    if (effect.do !== "patch") throw new Error(effect.do);
    return [effect.ref.name, effect.body];
  });
}

const promoted = { stableRS: newHash };
const template = (text: string | null, metadata?: object) => ({
  metadata: { annotations: { [note]: text } },
  ...(metadata !== undefined && { spec: { template: { metadata } } }),
});
const pending = (record: object) => JSON.stringify({ labels: {}, annotations: {}, ...record, pending: true });
const toStable = pending({ labels: { role: "stable" }, annotations: { note: "x" } });

const cases: [name: string, given: Case, want: readonly [string, unknown][]][] = [
  [
    "nothing where nothing is configured",
    { strategy: { canary: {} }, sets: [replicaSet({ hash: "old" })] },
    [],
  ],
  ["nothing where all is as it should be", { sets: [stable(), news()] }, []],
  [
    "nothing with a note in another order",
    {
      sets: [
        stable(),
        news({ annotations: { [note]: '{"annotations":{"note":"x"},"labels":{"role":"canary"}}' } }),
      ],
    },
    [],
  ],
  [
    "the template of a version that has become stable",
    { status: promoted, sets: [news()] },
    [[`web-${newHash}`, template(toStable, { labels: { role: "stable" }, annotations: { note: null } })]],
  ],
  [
    "the stable template first when the fields are added",
    { sets: [replicaSet({ hash: "old" }), news()] },
    [["web-old", template(pending({ labels: { role: "stable" } }), { labels: { role: "stable" } })]],
  ],
  [
    "a template without pods at once",
    { status: promoted, sets: [news({ size: 0 })] },
    [[`web-${newHash}`, template(asStable, { labels: { role: "stable" }, annotations: { note: null } })]],
  ],
  [
    "a version that plays nothing any more",
    {
      status: promoted,
      sets: [
        stable({ size: 0 }),
        news({ annotations: { [note]: asStable }, labels: { role: "stable" }, templateAnnotations: {} }),
      ],
    },
    [["web-old", template(null, { labels: { role: null } })]],
  ],
  [
    "the pods next, then the note",
    {
      status: promoted,
      sets: [
        news({ annotations: { [note]: toStable }, labels: { role: "stable" }, templateAnnotations: {} }),
      ],
      pods: [
        pod("a", {
          hash: newHash,
          labels: { role: "canary", own: "1" },
          annotations: { note: "x", own: "1" },
        }),
        pod("b", { hash: newHash, labels: { role: "stable" } }),
        pod("c", { hash: newHash, labels: { role: "canary" }, leaving: true }),
        pod("d", { hash: "old", labels: { role: "canary" } }),
      ],
    },
    [
      ["a", { metadata: { labels: { role: "stable" }, annotations: { note: null } } }],
      [`web-${newHash}`, template(asStable)],
    ],
  ],
  [
    "no pods before they were listed",
    {
      status: promoted,
      sets: [
        news({ annotations: { [note]: toStable }, labels: { role: "stable" }, templateAnnotations: {} }),
      ],
    },
    [],
  ],
  [
    "no pods before the ReplicaSet's controller has seen the template",
    {
      status: promoted,
      sets: [
        news({
          annotations: { [note]: toStable },
          labels: { role: "stable" },
          templateAnnotations: {},
          generation: 2,
          observedGeneration: 1,
        }),
      ],
      pods: [pod("a", { hash: newHash, labels: { role: "canary" } })],
    },
    [],
  ],
  [
    "only the note when the pods went away meanwhile",
    {
      status: promoted,
      sets: [
        news({
          size: 0,
          annotations: { [note]: toStable },
          labels: { role: "stable" },
          templateAnnotations: {},
        }),
      ],
    },
    [[`web-${newHash}`, template(asStable)]],
  ],
  [
    "what the role before had left, when the role changes again before its end",
    {
      sets: [
        stable(),
        news({ annotations: { [note]: toStable }, labels: { role: "stable" }, templateAnnotations: {} }),
      ],
    },
    [
      [
        `web-${newHash}`,
        template(pending({ labels: { role: "canary" }, annotations: { note: "x" } }), {
          labels: { role: "canary" },
          annotations: { note: "x" },
        }),
      ],
    ],
  ],
  [
    "everything away when both fields are removed",
    { strategy: { canary: {} }, sets: [stable(), news()] },
    [
      ["web-old", template(pending({ labels: { role: "stable" } }), { labels: { role: null } })],
      [
        `web-${newHash}`,
        template(pending(JSON.parse(asCanary)), { labels: { role: null }, annotations: { note: null } }),
      ],
    ],
  ],
  [
    "the last note away when both fields are removed",
    {
      strategy: { canary: {} },
      sets: [stable({ annotations: { [note]: pending({ labels: { role: "stable" } }) }, labels: {} })],
      pods: [pod("a", { hash: "old", labels: { role: "stable" } })],
    },
    [
      ["a", { metadata: { labels: { role: null } } }],
      ["web-old", template(null)],
    ],
  ],
  [
    "labels of the template's own back",
    {
      strategy: { canary: {} },
      sets: [
        news({
          annotations: { [note]: '{"labels":{"app":"other"}}' },
          labels: { app: "other", role: "mine" },
          templateAnnotations: {},
        }),
      ],
    },
    [[`web-${newHash}`, template(pending({ labels: { app: "other" } }), { labels: { app: "web" } })]],
  ],
  [
    "nothing for a note that is not ours",
    {
      strategy: { canary: {} },
      sets: [news({ annotations: { [note]: "yes" }, labels: {}, templateAnnotations: {} })],
    },
    [],
  ],
  [
    "the active and the preview version of blue-green",
    {
      strategy: {
        blueGreen: {
          activeService: "a",
          activeMetadata: { labels: { role: "active" } },
          previewMetadata: { labels: { role: "preview" } },
        },
      },
      status: { blueGreen: { activeSelector: "old" } },
      sets: [replicaSet({ hash: "old", size: 0 }), replicaSet({ hash: newHash, size: 0, revision: 2 })],
    },
    [
      ["web-old", template('{"labels":{"role":"active"}}', { labels: { role: "active" } })],
      [`web-${newHash}`, template('{"labels":{"role":"preview"}}', { labels: { role: "preview" } })],
    ],
  ],
  [
    "an active version that is not stable yet",
    {
      strategy: { blueGreen: { activeService: "a", activeMetadata: { labels: { role: "active" } } } },
      status: { stableRS: "older", blueGreen: { activeSelector: "old" } },
      sets: [replicaSet({ hash: "old", size: 0 })],
    },
    [["web-old", template('{"labels":{"role":"active"}}', { labels: { role: "active" } })]],
  ],
  [
    "a version of no role",
    { strategy: { canary: { canaryMetadata } }, sets: [replicaSet({ hash: "older", size: 0 })] },
    [],
  ],
];
for (const [name, given, want] of cases) {
  test(`metadata by role writes ${name}`, () => deepEqual(written(given), want));
}

const listed: [name: string, given: Case, want: boolean][] = [
  ["all is as it should be", { sets: [stable(), news()] }, false],
  ["the template comes first", { status: promoted, sets: [news()] }, false],
  [
    "the template was changed",
    {
      status: promoted,
      sets: [
        news({ annotations: { [note]: toStable }, labels: { role: "stable" }, templateAnnotations: {} }),
      ],
    },
    true,
  ],
  [
    "there are none",
    {
      status: promoted,
      sets: [
        news({
          size: 0,
          annotations: { [note]: toStable },
          labels: { role: "stable" },
          templateAnnotations: {},
        }),
      ],
    },
    false,
  ],
];
for (const [name, given, want] of listed) {
  test(`pods are listed for their metadata when ${name}: ${want}`, () =>
    equal(metadataNeedsPods(view(given)), want));
}

test("pods are listed for a restart or for metadata, of a valid Rollout only", () => {
  const restart = { spec: { restartAt: timeAt(-1) } };
  const invalid = { message: "no" };
  equal(needsPods(viewOf(seen(), t0)), false);
  equal(needsPods(viewOf(seen(restart), t0)), true);
  equal(needsPods(viewOf(seen({ ...restart, more: { invalid } }), t0)), false);
  const given = { annotations: { [note]: pending({ labels: { a: "b" } }) } };
  equal(needsPods(viewOf(seen({ replicaSets: [replicaSet({ hash: "old", ...given })] }), t0)), true);
});

test("a version is born with the metadata of its role and a note of it", () => {
  deepEqual(metadataAtBirth(view({ sets: [] })), {
    metadata: { labels: { role: "stable" }, annotations: {} },
    recorded: { [note]: asStable },
  });
  deepEqual(metadataAtBirth(view({ sets: [stable()] })), {
    metadata: canaryMetadata,
    recorded: { [note]: asCanary },
  });
  deepEqual(metadataAtBirth(view({ strategy: { canary: {} }, sets: [] })), {
    metadata: { labels: {}, annotations: {} },
    recorded: {},
  });
});

test("the note has its keys in order", () => {
  equal(
    recordOf({ annotations: { b: "2", a: "1" }, labels: { d: "", c: "3" } }),
    '{"labels":{"c":"3","d":""},"annotations":{"a":"1","b":"2"}}',
  );
  equal(recordOf({ labels: {} }), undefined);
});
