/** A question in the form in which equal questions are equal: one case, one spacing, one Unicode form, no last mark. */
export function normaliseQuery(query: string): string {
  return query
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[?!. ]+$/, '');
}
