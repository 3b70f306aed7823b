import * as z from "zod";
import { type Infer, IntOrString, intOrString, maybe, needed, text } from "./field.ts";
import { MetricProvider } from "./providers.ts";

/** What a measurement without data, or with too little, counts as. */
export const OnNoData = z.enum(["hold", "pass", "fail", "inconclusive", "error"]);
export type OnNoData = Infer<typeof OnNoData>;

const MinSamples = z.object({
  count: needed(IntOrString, "The least number of samples; fewer of them are treated as onNoData says."),
  query: text("A second query to the same provider that gives the number of samples."),
  expression: text(
    "An expression over `result` that gives the number of samples: len(result). Without query.",
  ),
});
export type MinSamples = Infer<typeof MinSamples>;

/** One thing that is measured, and when it is good. */
export const Metric = z.object({
  name: needed(z.string(), "Its name, unique within the analysis."),
  interval: text(
    "The time from the end of one measurement to the next: 30s, 5m. Without it there is one measurement.",
  ),
  initialDelay: text("The time from the start of the analysis to the first measurement."),
  count: intOrString("How many measurements. Default 1; without end when there is an interval."),
  successCondition: text("An expression over `result` that makes a measurement good: result[0] > 0.95."),
  failureCondition: text("An expression over `result` that makes a measurement bad."),
  failureLimit: intOrString("How many bad measurements are tolerated; -1 is any number. Default 0."),
  inconclusiveLimit: intOrString("How many measurements may be neither good nor bad. Default 0."),
  consecutiveErrorLimit: intOrString("How many measurements in a row may fail to be taken. Default 4."),
  consecutiveSuccessLimit: intOrString(
    "Succeeds after so many good measurements in a row. Default 0: never so.",
  ),
  onNoData: maybe(
    OnNoData,
    "What a measurement without data is: hold (measured again, does not count), pass, fail, inconclusive " +
      "or error. By default the conditions decide over the empty result.",
  ),
  minSamples: maybe(MinSamples, "How many samples a measurement needs to say anything."),
  provider: needed(MetricProvider, "Where it is measured."),
});
export type Metric = Infer<typeof Metric>;
