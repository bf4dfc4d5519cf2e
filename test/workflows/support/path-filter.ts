import picomatch from 'picomatch';
import { parse } from 'yaml';

/**
 * Names of the filters that a list of changed files meets, in the filters' order, as dorny/paths-filter finds them: lists
 * within lists are flattened, one pattern that matches is enough, dotfiles count.
 * {@link https://github.com/dorny/paths-filter/blob/v4.0.2/src/filter.ts}
 * @param yaml the filters; a pattern that takes something away is refused, since it has changed its meaning there
 */
export function changedFilters(yaml: string, files: readonly string[]): string[] {
  const filters = parse(yaml) as Record<string, unknown[]>;
  return Object.entries(filters)
    .filter(([name, patterns]) => {
      const flat = patterns.flat(9);
      const odd = flat.filter((pattern) => typeof pattern !== 'string' || pattern.startsWith('!'));
      if (odd.length > 0) throw new Error(`the filter ${name} has more than plain patterns: ${JSON.stringify(odd)}`);
      const matches = picomatch(flat as string[], { dot: true });
      return files.some((file) => matches(file));
    })
    .map(([name]) => name);
}
