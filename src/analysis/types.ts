/** How far a run, a metric or a measurement has come (analysis 2.7); `""` before the first look. */
export type Phase = "" | "Pending" | "Running" | "Successful" | "Failed" | "Error" | "Inconclusive";

/** The value of one argument, or where it comes from. */
export interface Argument {
  readonly name: string;
  readonly value?: string | undefined;
  readonly valueFrom?: ValueFrom | undefined;
}

export interface ValueFrom {
  readonly secretKeyRef?: { readonly name: string; readonly key: string } | undefined;
  readonly fieldRef?: { readonly fieldPath: string } | undefined;
}

export interface Metric {
  readonly name: string;
  readonly interval?: string | undefined;
  readonly initialDelay?: string | undefined;
  readonly count?: string | number | undefined;
  readonly successCondition?: string | undefined;
  readonly failureCondition?: string | undefined;
  readonly failureLimit?: string | number | undefined;
  readonly inconclusiveLimit?: string | number | undefined;
  readonly consecutiveErrorLimit?: string | number | undefined;
  readonly consecutiveSuccessLimit?: string | number | undefined;
  readonly provider: Readonly<Record<string, unknown>>;
}

export interface DryRunRule {
  readonly metricName: string;
}

export interface RetentionRule {
  readonly metricName: string;
  readonly limit: number;
}

/** A reference to a template by name. */
export interface TemplateRef {
  readonly templateName?: string | undefined;
  readonly clusterScope?: boolean | undefined;
}

export interface AnalysisTemplateSpec {
  readonly metrics?: readonly Metric[] | undefined;
  readonly args?: readonly Argument[] | undefined;
  readonly dryRun?: readonly DryRunRule[] | undefined;
  readonly measurementRetention?: readonly RetentionRule[] | undefined;
  readonly templates?: readonly TemplateRef[] | undefined;
}

export interface AnalysisRunSpec {
  readonly metrics: readonly Metric[];
  readonly args?: readonly Argument[] | undefined;
  readonly terminate?: boolean | undefined;
  readonly dryRun?: readonly DryRunRule[] | undefined;
  readonly measurementRetention?: readonly RetentionRule[] | undefined;
  readonly ttlStrategy?: TtlStrategy | undefined;
}

export interface TtlStrategy {
  readonly secondsAfterCompletion?: number | undefined;
  readonly secondsAfterFailure?: number | undefined;
  readonly secondsAfterSuccess?: number | undefined;
}
