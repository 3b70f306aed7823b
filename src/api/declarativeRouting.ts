import * as z from "zod";
import { anything, type Infer, maybe, needed } from "./field.ts";

const RoutedObject = z.object({
  apiVersion: needed(z.string(), "Its API group and version."),
  kind: needed(z.string(), "Its kind."),
  name: needed(z.string(), "Its name, in the namespace of the Rollout."),
});

const PathPair = z.object({
  canary: needed(z.string(), "The JSON path of the canary's: {.spec.routes[0].services[1].weight}."),
  stable: needed(z.string(), "The JSON path of the stable version's."),
});

const HeaderTemplate = z.object({
  path: needed(z.string(), "The JSON path of the list to which a header route is added, in front."),
  template: anything(
    "The entry to add; {{name}}, {{headerName}}, {{headerValue}}, {{canaryService}} are filled in.",
  ),
});

/** A router described by data: any object with two weights, such as a house-made custom resource. */
export const DeclarativeRouting = z.object({
  object: needed(RoutedObject, "The object that carries the weights."),
  weights: needed(PathPair, "Where its two weights stand."),
  backends: needed(
    PathPair,
    "Where its two service names stand; they are checked before a weight is written.",
  ),
  headerMatch: maybe(HeaderTemplate, "How setHeaderRoute is written. Without it that step is refused."),
});
export type DeclarativeRouting = Infer<typeof DeclarativeRouting>;
