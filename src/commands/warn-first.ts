import type { Context } from '../lib/context.ts';
import type { Warning } from '../lib/io/outcome.ts';

/**
 * Tells warnings before what takes long, and answers those that the result still has to tell: all of them where it is one
 * JSON document.
 */
export function warnFirst(warnings: readonly Warning[], context: Context): readonly Warning[] {
  if (context.settings.output === 'json') return warnings;
  for (const { message } of warnings) context.note(`Warning: ${message}`);
  return [];
}
