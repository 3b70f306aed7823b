/**
 * Replaces secrets by `*****` in a text, as they are and in the forms that URLs and JSON give them, JSON
 * within JSON too. Longer ones come first, so that no part of one is left by another.
 */
export function redacted(text: string, secrets: Iterable<string>): string {
  const forms = new Set<string>();
  for (const secret of secrets) for (const form of formsOf(secret)) if (form !== "") forms.add(form);
  return [...forms]
    .sort((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, "*****"), text);
}

function formsOf(secret: string): readonly string[] {
  const inJson = [jsonEscaped, goEscaped].flatMap((once) => {
    const form = once(secret);
    return [form, jsonEscaped(form), goEscaped(form)];
  });
  return [secret, encodeURIComponent(secret), formEncoded(secret), ...inJson];
}

function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** JSON as Go writes it, and as the status shows values: these characters are escaped too. */
function goEscaped(text: string): string {
  return jsonEscaped(text).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The members of a map with secrets replaced in keys and values. */
export function redactedTexts(
  texts: Readonly<Record<string, string>>,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [redacted(key, secrets), redacted(value, secrets)]),
  );
}

function formEncoded(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
