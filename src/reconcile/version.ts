/**
 * Whether a resourceVersion is older than another. They count up and outgrow what a number holds exactly, so
 * they are compared as decimal texts; what is missing or no number is never older.
 */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined || !isCount(version) || !isCount(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

function isCount(version: string): boolean {
  return /^\d+$/.test(version);
}
