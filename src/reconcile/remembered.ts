/**
 * The same function, which remembers its answer for each object for as long as the object lives. Only for
 * objects that nobody changes: what was parsed, what the cache holds.
 */
export function remembered<Subject extends object, Answer>(
  compute: (subject: Subject) => Answer,
): (subject: Subject) => Answer {
  const known = new WeakMap<Subject, { readonly answer: Answer }>();
  return (subject) => {
    const found = known.get(subject);
    if (found !== undefined) return found.answer;
    const answer = compute(subject);
    known.set(subject, { answer });
    return answer;
  };
}
