import type { Warning } from '../../lib/io/outcome.ts';

/** The token may not see the variable sets of a workspace: what they hold is not known. */
export function setsUnread(workspace: string): Warning {
  return {
    code: 'VariableSetsUnread',
    message: `the variable sets of workspace "${workspace}" were not looked at: the token may not see them.`,
  };
}
