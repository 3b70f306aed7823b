import type { KubeObject } from "../api/object.ts";

/** Why a pod does not come up by itself. */
export interface PodTrouble {
  /** One word, as Kubernetes says it: CrashLoopBackOff, OOMKilled, ImagePullBackOff, Unschedulable. */
  readonly reason: string;
  /** The end of a sentence that begins with "because". */
  readonly text: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly image?: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: Ended;
}

interface Ended {
  readonly reason?: string;
  readonly exitCode?: number;
}

interface PodStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
  }[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

/** What a kubelet says of an image that it does not get; it alternates between the first two. */
const noImage: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
];

const noStart: readonly string[] = [
  "CreateContainerConfigError",
  "CreateContainerError",
  "RunContainerError",
];

/** Messages of others are shown up to this length. */
const longest = 200;

/**
 * Why a pod does not come up by itself: no node takes it, or one of its containers has no image, cannot be
 * started, or ends again and again. Undefined for one that may only need time, and for one that is leaving.
 */
export function podTrouble(pod: KubeObject): PodTrouble | undefined {
  if (pod.metadata.deletionTimestamp !== undefined) return undefined;
  const status = (pod["status"] ?? {}) as PodStatus;
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = status;
  const placed = conditions.find(({ type }) => type === "PodScheduled");
  if (placed?.status === "False" && placed.reason === "Unschedulable") {
    return { reason: "Unschedulable", text: withCause("no node can take it", placed.message) };
  }
  return [...initContainerStatuses, ...containerStatuses]
    .map(containerTrouble)
    .find((one) => one !== undefined);
}

function containerTrouble(container: ContainerStatus): PodTrouble | undefined {
  const { name, image = "", state = {}, lastState = {} } = container;
  const { reason = "", message } = state.waiting ?? {};
  if (noImage.includes(reason)) {
    const shown = reason === "ErrImagePull" ? "ImagePullBackOff" : reason;
    return { reason: shown, text: `container "${name}" does not get its image "${image}" (${shown})` };
  }
  if (noStart.includes(reason)) {
    return { reason, text: withCause(`container "${name}" cannot be started (${reason})`, message) };
  }
  return keepsEnding(container) ? endedAgain(name, state.terminated ?? lastState.terminated) : undefined;
}

/**
 * Whether a container has ended and not by design. One restart alone may be a matter of what started first.
 */
function keepsEnding({ ready, restartCount = 0, state = {}, lastState = {} }: ContainerStatus): boolean {
  if (state.waiting?.reason === "CrashLoopBackOff") return true;
  if (state.terminated !== undefined) return state.terminated.exitCode !== 0;
  return ready !== true && restartCount >= 2 && lastState.terminated !== undefined;
}

function endedAgain(name: string, ended: Ended | undefined): PodTrouble {
  if (ended?.reason === "OOMKilled") {
    return {
      reason: "OOMKilled",
      text: `container "${name}" needs more memory than it may have (OOMKilled)`,
    };
  }
  const code = ended?.exitCode === undefined ? "" : `, exit code ${ended.exitCode}`;
  return {
    reason: "CrashLoopBackOff",
    text: `container "${name}" ends again and again (CrashLoopBackOff${code})`,
  };
}

function withCause(what: string, cause = ""): string {
  if (cause === "") return what;
  return `${what}: ${cause.length > longest ? `${cause.slice(0, longest)}…` : cause}`;
}
