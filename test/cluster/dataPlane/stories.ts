import type { Kubelet } from "./kubelet.ts";
import type { Shop } from "./shop.ts";

/** What a story may do besides: the load goes on all the time. */
export interface Stage {
  readonly shop: Shop;
  readonly kubelet: Kubelet;
  /** The versions of this update. */
  readonly canary: string;
  readonly stable: string;
  /** Waits until so many more requests were sent. */
  requests(count: number): Promise<void>;
  /** Is told when the pods are killed. */
  killed(): void;
}

/** An update that is made under load. */
export interface Story {
  readonly name: "promoted" | "aborted" | "killed";
  readonly steps: readonly object[];
  /** From the update to its end, when all pods that go are gone. */
  play(stage: Stage): Promise<void>;
}

/** Requests at a weight that a person ends: more than enough to measure it. */
const enough = 1200;
const pause = { pause: { duration: "10s" } };
const hold = { pause: {} };

/** The stories, in the order in which they are played. */
export const stories: readonly Story[] = [
  {
    name: "promoted",
    steps: [
      { setWeight: 10 },
      pause,
      { setWeight: 25 },
      pause,
      { setWeight: 50 },
      pause,
      { setWeight: 75 },
      pause,
    ],
    async play({ shop, stable }) {
      await shop.is("Healthy");
      await shop.isWithout(stable);
    },
  },
  {
    name: "aborted",
    steps: [{ setWeight: 10 }, pause, { setWeight: 30 }, pause, { setWeight: 60 }, hold],
    async play({ shop, canary, requests }) {
      await shop.holdsAt(60);
      await requests(enough);
      await shop.abort();
      await shop.is("Degraded");
      await shop.isWithout(canary);
    },
  },
  {
    name: "killed",
    steps: [{ setWeight: 10 }, pause, { setWeight: 50 }, hold],
    async play({ shop, kubelet, canary, stable, requests, killed }) {
      const { namespace } = shop.driver;
      await shop.holdsAt(50);
      await requests(enough);
      killed();
      await kubelet.kill(namespace, canary);
      await shop.carries(0);
      await requests(enough);
      await kubelet.revive(namespace, canary);
      await shop.holdsAt(50);
      await requests(enough);
      await shop.promote();
      await shop.is("Healthy");
      await shop.isWithout(stable);
    },
  },
];
