import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface FoundToken {
  readonly token: string;
  /** The variable or the file that it came from. */
  readonly source: string;
}

/**
 * The API token of a host: `TF_TOKEN_app_terraform_io`, else `TFE_TOKEN`, else what `terraform login` wrote.
 * https://developer.hashicorp.com/terraform/cli/config/config-file#environment-variable-credentials
 * @param anyHost whether a token that names no host (TFE_TOKEN) may go to this one
 * @throws CvopsError `HcpTokenMissing` or `HcpTokenUnreadable`, exit code 4.
 */
export function findToken(hostname: string, env: Environment, anyHost: boolean): FoundToken {
  const variable = hostVariable(hostname, env);
  if (variable !== undefined) return checked(variable[1], variable[0]);
  if (anyHost && env['TFE_TOKEN']) return checked(env['TFE_TOKEN'], 'TFE_TOKEN');
  const path = credentialsFile(env);
  const token = fileToken(path, hostname);
  if (token !== undefined) return checked(token, path);
  const name = `TF_TOKEN_${hostname.replace(/:.*$/, '').replaceAll('-', '__').replaceAll('.', '_')}`;
  throw new CvopsError('HcpTokenMissing', ExitCode.setup, `no API token for ${hostname} was found.`, {
    hint: [
      `run \`terraform login ${hostname}\`, or set ${name}.`,
      ...(anyHost || !env['TFE_TOKEN'] ? [] : ['TFE_TOKEN is not sent to a host that only the configuration names.']),
      ...unreadFiles(env).map((file) => `${file} is not read, nor is a credentials helper asked.`),
    ].join(' '),
  });
}

/** In the variable's name a dot is an underscore and a hyphen two; a host is the same in any case. */
function hostVariable(hostname: string, env: Environment): readonly [name: string, value: string] | undefined {
  const bare = hostname.replace(/:\d+$/, '');
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('TF_TOKEN_') || !value) continue;
    const host = name.slice('TF_TOKEN_'.length).replaceAll('__', '-').replaceAll('_', '.').toLowerCase();
    if (host === bare || host === hostname) return [name, value];
  }
  return undefined;
}

function credentialsFile(env: Environment): string {
  // https://developer.hashicorp.com/terraform/cli/config/config-file#credentials
  const folder =
    process.platform === 'win32' && env['APPDATA']
      ? join(env['APPDATA'], 'terraform.d')
      : join(env['HOME'] || homedir(), '.terraform.d');
  return join(folder, 'credentials.tfrc.json');
}

/** Where `terraform` may have a token from, and cvops does not look. */
function unreadFiles(env: Environment): readonly string[] {
  // https://developer.hashicorp.com/terraform/cli/config/config-file#locations
  const path = env['TF_CLI_CONFIG_FILE'] || join(env['HOME'] || homedir(), '.terraformrc');
  return existsSync(path) ? [path] : [];
}

function fileToken(path: string, hostname: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw unreadable(path, code);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's own words quote the text, and the text holds tokens.
    throw unreadable(path, 'not JSON');
  }
  const hosts = (value as { credentials?: Record<string, { token?: unknown } | null> } | null)?.credentials;
  const token = hosts?.[hostname]?.token;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function unreadable(path: string, why: string): CvopsError {
  return new CvopsError('HcpTokenUnreadable', ExitCode.setup, `cannot read ${path} (${why}).`, {
    hint: '`terraform login` writes it anew; TF_TOKEN_… in the environment goes over it.',
  });
}

/** A token with a line break or a space in it is a paste gone wrong, and `fetch` would quote it in its error. */
function checked(token: string, source: string): FoundToken {
  const trimmed = token.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return { token: trimmed, source };
  throw new CvopsError('HcpTokenUnreadable', ExitCode.setup, `the token in ${source} holds spaces or line breaks.`, {
    hint: 'copy it again, alone.',
  });
}
