import type * as z from "zod";
import { AnalysisRun, AnalysisTemplate, ClusterAnalysisTemplate } from "./analysis.ts";
import { Experiment } from "./experiment.ts";
import { Rollout } from "./rollout.ts";

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "integer" | "string" | "date";
  readonly jsonPath: string;
  readonly description: string;
}

/** What the API server has to know about a kind. */
export interface ApiKind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortName: string;
  readonly scope: "Namespaced" | "Cluster";
  /** What `kubectl explain` says about it. */
  readonly about: string;
  /** Status and scale where they are written apart; without them status is part of the main object. */
  readonly subresources?: { readonly status: object; readonly scale: Readonly<Record<string, string>> };
  readonly columns: readonly PrinterColumn[];
  readonly schema: z.ZodObject;
}

const age: PrinterColumn = {
  name: "Age",
  type: "date",
  jsonPath: ".metadata.creationTimestamp",
  description: "Time since it was created",
};

const phase: PrinterColumn = {
  name: "Status",
  type: "string",
  jsonPath: ".status.phase",
  description: "How far it has come",
};

function count(name: string, jsonPath: string, description: string): PrinterColumn {
  return { name, type: "integer", jsonPath, description };
}

/** The five kinds of the group (rollout-core 1, analysis 1.1, traffic-cli-ops 8.3). */
export const kinds: readonly ApiKind[] = [
  {
    kind: "Rollout",
    plural: "rollouts",
    singular: "rollout",
    shortName: "ro",
    scope: "Namespaced",
    about: "A workload whose updates are released step by step, and taken back when they are bad.",
    subresources: {
      status: {},
      scale: {
        specReplicasPath: ".spec.replicas",
        statusReplicasPath: ".status.HPAReplicas",
        labelSelectorPath: ".status.selector",
      },
    },
    columns: [
      count("Desired", ".spec.replicas", "Number of pods that are asked for"),
      count("Current", ".status.replicas", "Number of pods of all versions"),
      count("Up-to-date", ".status.updatedReplicas", "Number of pods of the newest version"),
      count("Available", ".status.availableReplicas", "Number of pods that serve"),
      age,
    ],
    schema: Rollout,
  },
  {
    kind: "AnalysisTemplate",
    plural: "analysistemplates",
    singular: "analysistemplate",
    shortName: "at",
    scope: "Namespaced",
    about: "Metrics that Rollouts and Experiments of its namespace can be judged by.",
    columns: [age],
    schema: AnalysisTemplate,
  },
  {
    kind: "ClusterAnalysisTemplate",
    plural: "clusteranalysistemplates",
    singular: "clusteranalysistemplate",
    shortName: "cat",
    scope: "Cluster",
    about: "Metrics that Rollouts and Experiments of every namespace can be judged by.",
    columns: [age],
    schema: ClusterAnalysisTemplate,
  },
  {
    kind: "AnalysisRun",
    plural: "analysisruns",
    singular: "analysisrun",
    shortName: "ar",
    scope: "Namespaced",
    about: "One analysis: its measurements and its verdict.",
    columns: [phase, age],
    schema: AnalysisRun,
  },
  {
    kind: "Experiment",
    plural: "experiments",
    singular: "experiment",
    shortName: "exp",
    scope: "Namespaced",
    about: "Versions that run beside each other for a while and are compared.",
    columns: [phase, age],
    schema: Experiment,
  },
];
