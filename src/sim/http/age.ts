import { type Instant, instant } from "../../api/time.ts";

/** How long ago a time was, as `kubectl get` shows it: `45s`, `5m30s`, `3h12m`, `2d4h`, `90d`. */
export function ageOf(time: unknown, now: Instant): string {
  return typeof time === "string" && time !== ""
    ? spanText(Math.floor((now - instant(time)) / 1_000))
    : "<unknown>";
}

/** A span of seconds in one or two units. */
export function spanText(seconds: number): string {
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return two(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return two(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return two(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? two(years, "y", days % 365, "d") : `${years}y`;
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
