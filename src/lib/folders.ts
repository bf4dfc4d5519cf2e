import { homedir } from 'node:os';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where cvops keeps files, after the XDG base directory specification on every system (https://specifications.freedesktop.org/basedir-spec). */
export interface Folders {
  readonly config: string;
  /** Ledgers, the sandbox's record: what must outlive a shell but not a reinstallation. */
  readonly state: string;
}

export function folders(env: Environment): Folders {
  const home = set(env['HOME']) ?? homedir();
  return {
    config: join(set(env['XDG_CONFIG_HOME']) ?? join(home, '.config'), 'cvops'),
    state: join(set(env['XDG_STATE_HOME']) ?? join(home, '.local', 'state'), 'cvops'),
  };
}

function set(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}
