/**
 * AWS's words for a name that does not fit the API model, undefined for one that does. A name that is not given at all
 * breaks another rule than an empty one (https://smithy.io/2.0/spec/constraint-traits.html#required-trait).
 */
export function brokenName(
  name: string | undefined,
  { pattern, allowed, longest }: { readonly pattern: RegExp; readonly allowed: string; readonly longest: number },
): string | undefined {
  const rules: string[] = [];
  if (name === undefined) rules.push('Member must not be null');
  else {
    if (!pattern.test(name)) rules.push(`Member must satisfy regular expression pattern: ${allowed}`);
    if (name === '') rules.push('Member must have length greater than or equal to 1');
    if (name.length > longest) rules.push(`Member must have length less than or equal to ${longest}`);
  }
  if (rules.length === 0) return undefined;
  const shown = name === undefined ? 'null' : `'${name}'`;
  const problems = rules.map((rule) => `Value ${shown} at 'name' failed to satisfy constraint: ${rule}`);
  return `${rules.length === 1 ? '1 validation error' : `${rules.length} validation errors`} detected: ${problems.join('; ')}`;
}
