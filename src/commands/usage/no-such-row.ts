import { closest } from '../../lib/errors/closest.ts';
import type { CvopsError } from '../../lib/errors/cvops-error.ts';
import { usageError } from '../parse.ts';

/** For an `--explain` that names none of the rows. */
export function noSuchRow(id: string, ids: readonly string[]): CvopsError {
  const near = closest(id, ids);
  return usageError(
    `--explain ${JSON.stringify(id)}: there is no such row.`,
    `${near === undefined ? '' : `did you mean "${near}"? `}rows: ${ids.join(', ')}.`,
  );
}
