/** What the name of a run is computed from. */
export interface RunName {
  readonly rollout: string;
  /** The pod hash of the new ReplicaSet. */
  readonly hash: string;
  readonly revision: number | string;
  /** The step's index, `pre` or `post`; nothing for a background run. */
  readonly infix?: string | number | undefined;
  /** How many runs of this name were there before: `.1` is the first one after a retry. */
  readonly attempt?: number | undefined;
}

/**
 * The name of a run that a rollout starts: `web-abc-7`, `web-abc-7-3`, `web-abc-7-3.1` (analysis 4.2, 10.3).
 */
export function runName({ rollout, hash, revision, infix, attempt = 0 }: RunName): string {
  const base = [rollout, hash, revision, ...(infix === undefined ? [] : [infix])].join("-");
  return attempt === 0 ? base : `${base}.${attempt}`;
}
