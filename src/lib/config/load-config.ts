import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type Config, defaultConfig } from './config.ts';

export const CONFIG_FILE = 'cvops.config.json';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'no permission',
  ENOTDIR: 'a part of its path is no folder',
};

export interface LoadedConfig extends Config {
  /** The file it came from; null for the built-in example system. */
  readonly path: string | null;
}

export interface ConfigLookup {
  /** `--config` or CVOPS_CONFIG. */
  readonly file: string | undefined;
  readonly cwd: string;
  /** The user's folder for configuration of cvops, e.g. `~/.config/cvops`. */
  readonly userFolder: string;
}

/**
 * The named file, else the nearest `cvops.config.json` up the tree, else the user's own, else the example system.
 * @throws CvopsError `ConfigNotFound` or `InvalidConfig`, exit code 4.
 */
export async function loadConfig(lookup: ConfigLookup): Promise<LoadedConfig> {
  const path = lookup.file === undefined ? find(lookup) : resolve(lookup.cwd, lookup.file);
  if (path === undefined) return { ...defaultConfig, path: null };
  let text: string;
  try {
    // A pipe may be read, as `--config <(…)` makes one; a device such as a terminal may have no end.
    if (statSync(path).isCharacterDevice()) throw Object.assign(new Error('a device'), { code: 'a device' });
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new CvopsError(
      'ConfigNotFound',
      ExitCode.setup,
      `cannot read the configuration ${path} (${REASONS[code] ?? code}).`,
      {
        hint:
          lookup.file === undefined
            ? 'it was found on the way up from this folder; mend it, or name another with --config FILE.'
            : 'check --config and CVOPS_CONFIG.',
        cause,
      },
    );
  }
  const { parseConfig } = await import('./parse-config.ts');
  return { ...parseConfig(text, path), path };
}

function find({ cwd, userFolder }: ConfigLookup): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, CONFIG_FILE);
    if (existsSync(candidate)) return candidate;
    if (dirname(folder) === folder) break;
  }
  const own = join(userFolder, CONFIG_FILE);
  return existsSync(own) ? own : undefined;
}
