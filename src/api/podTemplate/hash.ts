import { canonicalWriter } from "./canonical.ts";
import { storedTemplate } from "./templateDefaults.ts";

const writeTemplate = canonicalWriter("PodTemplateSpec", "drop");
const writeStep = canonicalWriter("CanaryStep", "drop");

const alphabet = "bcdfghjklmnpqrstvwxz2456789";
const encoder = new TextEncoder();

/**
 * The hash of a pod template: the value of the label `rollouts-pod-template-hash` and the end of a
 * ReplicaSet's name. It is that of the stored template, so the defaults of the template's schema are filled
 * in first; a template that carries them already has the same hash. `collisionCount` is
 * `status.collisionCount`; 0 and unset differ. Source: rollout-core 9.2.
 */
export function podTemplateHash(template: unknown, collisionCount?: number): string {
  return hashOf(writeTemplate(storedTemplate(template)), collisionCount);
}

/**
 * The hash of a canary's steps, as `status.currentStepHash` holds it; no steps and none given are the same.
 */
export function stepHash(steps: readonly unknown[] | undefined): string {
  if (steps === undefined || steps.length === 0) return hashOf("null");
  return hashOf(`[${steps.map((step) => writeStep(step)).join(",")}]`);
}

/**
 * The short name of a text: FNV-1a (32 bits) over its UTF-8 bytes, and then over the collision count when
 * there is one, written in decimal with letters for digits. It has up to ten characters and no padding.
 */
export function hashOf(text: string, collisionCount?: number): string {
  let hash = fnv(0x811c9dc5, encoder.encode(text));
  if (collisionCount !== undefined) hash = fnv(hash, countBytes(collisionCount));
  return Array.from(encoder.encode(String(hash)), (byte) => alphabet[byte % alphabet.length]).join("");
}

function fnv(start: number, bytes: Uint8Array): number {
  let hash = start;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Eight bytes: the count, little-endian in 32 bits, and four zeros. */
function countBytes(count: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setUint32(0, count, true);
  return bytes;
}
