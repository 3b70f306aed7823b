/** The condition language of analyses (analysis chapter 3). */
export { type Condition, compile, evaluate, evaluateLoosely, evaluateTime } from "./evaluate.ts";
export { type Judged, type Outcome, outcomeOf } from "./outcome.ts";
export {
  type CloudWatchRecord,
  cloudWatch,
  decoded,
  float,
  floats,
  isEmpty,
  jsonResult,
  nothing,
  text,
  type Value,
} from "./result.ts";
