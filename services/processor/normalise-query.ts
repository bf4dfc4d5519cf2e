/** Longer questions are hardly asked twice. */
const MAX_LENGTH = 200;

/** A question in the form in which equal questions are equal: one case, one spacing, one Unicode form, no last mark. */
export function normaliseQuery(query: string): string {
  const normalised = query
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[?!. ]+$/, '');
  // By code point, so that no emoji is cut in half.
  return normalised.length <= MAX_LENGTH ? normalised : [...normalised].slice(0, MAX_LENGTH).join('');
}
