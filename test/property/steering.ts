import { noFaults } from "../../src/sim/faults.ts";
import type { Act, History, Setup } from "./history.ts";

/** A routed canary of four pods that gets half of the traffic and waits, without faults; then this happens. */
function halfway(history: History, acts: readonly { readonly wait: number; readonly act: Act }[]): History {
  const setup: Setup = {
    ...history.setup,
    strategy: "routed",
    router: "nginx",
    workload: "own",
    steps: [{ setWeight: 50 }, { pause: 0 }],
    replicas: 4,
    threshold: undefined,
    background: false,
  };
  const begun = { wait: 1, act: { is: "image", image: 1 } } as const;
  return { ...history, setup, rates: noFaults, acts: [begun, ...acts] };
}

/** It is aborted. */
export function aborted(history: History): History {
  const abort = { is: "action", action: { do: "abort" } } as const;
  return halfway(history, [
    { wait: 15, act: abort },
    { wait: 15, act: { is: "heal" } },
  ]);
}

/** A newer version comes, where two Services take turns. */
export function overtaken(history: History): History {
  const newer = halfway(history, [
    { wait: 15, act: { is: "image", image: 2 } },
    { wait: 30, act: { is: "heal" } },
  ]);
  return { ...newer, setup: { ...newer.setup, strategy: "pingPong", router: "istio by Service" } };
}

/** Its autoscaler changes its mind. */
export function rescaled(history: History): History {
  return halfway(history, [
    { wait: 15, act: { is: "autoscale", replicas: 6 } },
    { wait: 15, act: { is: "heal" } },
  ]);
}

/** Its stable pods become unready before it gets traffic. */
export function stableLost(history: History): History {
  const lost = halfway(history, [{ wait: 60, act: { is: "heal" } }]);
  return { ...lost, acts: [{ wait: 0, act: { is: "sick", image: 0, how: "unready" } }, ...lost.acts] };
}

/** A canary with nothing but a pause, without faults. */
export function pausing({ setup, ...history }: History): History {
  const setting: Setup = { ...setup, strategy: "basic", steps: [{ pause: 20 }], background: false };
  return { ...history, setup: setting, rates: noFaults, acts: [] };
}

/** A canary with weights, without faults. */
export function stepping({ setup, ...history }: History): History {
  const steps = [{ setWeight: 25 }, { setWeight: 50 }, { setWeight: 75 }, { pause: 5 }];
  const setting: Setup = { ...setup, strategy: "routed", router: "nginx", steps, threshold: undefined };
  return { ...history, setup: setting, rates: noFaults, acts: [] };
}

/** An experiment that gets a part of the traffic and gives its pods back at once; news come late. */
export function comparing({ setup, ...history }: History): History {
  const experiment = { weight: 10, seconds: 10, isAnalysed: false, delay: 0 };
  const steps = [{ setWeight: 20 }, { experiment }, { pause: 5 }];
  const setting: Setup = {
    ...setup,
    strategy: "routed",
    router: "istio by Service",
    steps,
    background: false,
  };
  return { ...history, setup: setting, rates: { ...noFaults, stale: 0.3 }, acts: [] };
}

/** Blue-green that goes on by itself, without faults. */
export function switching({ setup, ...history }: History): History {
  const setting: Setup = { ...setup, strategy: "blueGreen", autoPromotion: true, analyses: false };
  return { ...history, setup: setting, rates: noFaults, acts: [] };
}

/** The same with many faults. */
export function disturbed(history: History): History {
  return { ...history, rates: { ...history.rates, lost: 0.4, stale: 0.4, crash: 0.1, dropped: 0.1 } };
}

/** The same with many conflicts. */
export function contended(history: History): History {
  return { ...history, rates: { ...noFaults, conflict: 0.2 } };
}
