import { gateways } from "./familiesOfGateways.ts";
import { meshes } from "./familiesOfMeshes.ts";
import type { Family } from "./family.ts";

/** Every router, on the table of conformance. */
export const families: readonly Family[] = [...gateways, ...meshes];
