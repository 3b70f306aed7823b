import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { seconds } from "../../src/api/time.ts";
import { imagesFor, patienceFor, type Story } from "../../src/sim/story.ts";

function storyOf(spec: object, more: Partial<Story> = {}): Story {
  const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "web" }, spec };
  return {
    objects: [rollout],
    rollout: { ...rollout, name: "web" },
    images: new Map(),
    metrics: [],
    ailments: new Map(),
    readyAfter: seconds(5),
    actions: [],
    ...more,
  };
}

const hour = 3600;
const cases: [name: string, story: Story, want: number][] = [
  ["an hour and the usual deadline", storyOf({}), hour + 600],
  [
    "its longest pause",
    storyOf({ steps: [{ pause: { duration: "2h" } }, { pause: { duration: 90 } }] }),
    3 * hour,
  ],
  ["its deadline", storyOf({ progressDeadlineSeconds: 7200 }), 3 * hour],
  ["all measurements of a metric", storyOf({ metrics: [{ interval: "10m", count: 12 }] }), 3 * hour],
  [
    "what is foretold",
    storyOf({}, { metrics: [{ metric: "m", shows: { is: "error" }, from: seconds(2 * hour) }] }),
    3 * hour,
  ],
];
for (const [name, story, want] of cases) {
  test(`a story is waited for: ${name}`, () => equal(patienceFor(story) / 1000, want));
}

const images: [image: string, want: string][] = [
  ["web:1", "web:simulated"],
  ["web", "web:simulated"],
  ["localhost:5000/web", "localhost:5000/web:simulated"],
  ["localhost:5000/web:1@sha256:abc", "localhost:5000/web:simulated"],
];
for (const [image, want] of images) {
  test(`without a new image ${image} becomes ${want}`, () => {
    const containers = [
      { name: "web", image },
      { name: "side", image: "side:1" },
    ];
    const workload = { spec: { template: { spec: { containers } } } } as unknown as KubeObject;
    deepEqual([...imagesFor(storyOf({}), workload)], [["web", want]]);
  });
}
