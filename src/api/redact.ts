/**
 * Replaces secrets by `*****` in a text, as they are and in the forms that URLs and JSON give them. Longer
 * ones come first, so that no part of one is left by another.
 */
export function redacted(text: string, secrets: Iterable<string>): string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    for (const form of [
      secret,
      encodeURIComponent(secret),
      formEncoded(secret),
      JSON.stringify(secret).slice(1, -1),
    ]) {
      if (form !== "") forms.add(form);
    }
  }
  return [...forms]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, "*****"), text);
}

/** The members of a map with secrets replaced in their values. */
export function redactedTexts(
  texts: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, redacted(value, secrets)]));
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
