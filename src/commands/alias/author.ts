import { userInfo } from 'node:os';
import type { Author } from '../../lib/release/promote.ts';

/** Who runs this, as the machine knows them, and why. */
export function author(reason: string | undefined): Author {
  return { by: userName(), reason: reason ?? null };
}

/** Containers run as users that no name is known of; Node throws then. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}
