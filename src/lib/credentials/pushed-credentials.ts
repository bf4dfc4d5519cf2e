import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import type { VariableInput } from '../hcp/variable.ts';

/** What Terraform's AWS provider needs of its environment. */
export interface PushedCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

type Values = Readonly<Record<string, string | undefined>>;

/**
 * `KEY=VALUE` lines (with `export`, quotes and comments, as shells write them) or one JSON object of texts.
 * @param source where it is from, for words: no part of the text is quoted, for it holds secrets.
 * @throws CvopsError `UsageError`
 */
export function parseValues(text: string, source: string): Values {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) {
    let value: unknown;
    try {
      value = JSON.parse(trimmed);
    } catch {
      throw unusable(`${source} begins as JSON and is none.`);
    }
    const entries = Object.entries(value as Record<string, unknown>);
    const wrong = entries.find(([, each]) => typeof each !== 'string');
    if (wrong !== undefined) throw unusable(`"${wrong[0]}" in ${source} is not a text.`);
    return Object.fromEntries(entries) as Values;
  }
  const values: Record<string, string> = {};
  for (const [i, line] of trimmed.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const match = LINE.exec(line);
    if (match === null) throw unusable(`line ${i + 1} of ${source} is not KEY=VALUE.`);
    const [, key = '', , quoted, bare = ''] = match;
    const value = quoted ?? bare;
    if (Object.hasOwn(values, key) && values[key] !== value) throw unusable(`${key} is in ${source} twice.`);
    values[key] = value;
  }
  return values;
}

/** A value is quoted, or ends where a comment begins. */
const LINE = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:(["'])(.*?)\2|(.*?))\s*(?:\s#.*)?$/;

/** As text, whatever the tool that wrote it: Windows PowerShell's `>` writes UTF-16. */
export function decodeValues(bytes: Buffer): string {
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le', 2) : bytes.toString('utf8');
}

/**
 * @param source where the values are from, for words
 * @throws CvopsError `CredentialMissing`, `TemporaryCredentials`, exit code 4; `UsageError`
 */
export function credentialsOf(values: Values, source: string): PushedCredentials {
  const region = values['AWS_REGION'] || values['AWS_DEFAULT_REGION'];
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = values;
  const missing = [
    ...(id ? [] : ['AWS_ACCESS_KEY_ID']),
    ...(secret ? [] : ['AWS_SECRET_ACCESS_KEY']),
    ...(region ? [] : ['AWS_REGION (or AWS_DEFAULT_REGION)']),
  ];
  if (!id || !secret || !region) {
    throw new CvopsError('CredentialMissing', ExitCode.setup, `${missing.join(', ')} is missing in ${source}.`, {
      hint: 'set it there, or name another place: --var-file FILE, --from-stdin; nothing was pushed.',
    });
  }
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-prefixes
  if (values['AWS_SESSION_TOKEN'] || id.startsWith('ASIA')) {
    throw new CvopsError(
      'TemporaryCredentials',
      ExitCode.setup,
      `the credentials in ${source} are temporary: they would end in hours.`,
      {
        hint: 'nothing was pushed; let HCP Terraform take a role by OIDC (docs/credentials.md), or give a user’s key.',
      },
    );
  }
  if (!/^\w{16,128}$/.test(id)) throw unusable(`AWS_ACCESS_KEY_ID in ${source} is not an access key id.`);
  if (!/^[\x21-\x7e]+$/.test(secret)) throw unusable(`AWS_SECRET_ACCESS_KEY in ${source} holds spaces or line breaks.`);
  if (!/^[a-z]{2,}(-[a-z]+)+-\d$/.test(region)) throw unusable(`"${region}" in ${source} is not an AWS region.`);
  return { accessKeyId: id, secretAccessKey: secret, region };
}

const PUSHED_AT = /^pushed by cvops on (\d{4}-\d{2}-\d{2})/;

/** The variables of a workspace. When and which key is in the description: the values are never told again. */
export function variablesFor(
  { accessKeyId, secretAccessKey, region }: PushedCredentials,
  nowMs: number,
): readonly VariableInput[] {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  const description = `pushed by cvops on ${day}; key ending in ${accessKeyId.slice(-4)}`;
  const variable = (key: string, value: string, sensitive: boolean): VariableInput => ({
    key,
    value,
    category: 'env',
    sensitive,
    description,
  });
  return [
    variable('AWS_ACCESS_KEY_ID', accessKeyId, true),
    variable('AWS_SECRET_ACCESS_KEY', secretAccessKey, true),
    variable('AWS_REGION', region, false),
    variable('AWS_DEFAULT_REGION', region, false),
  ];
}

/** The day of {@link variablesFor}; null where somebody else wrote the variable. */
export function pushedOn(description: string | null): string | null {
  return PUSHED_AT.exec(description ?? '')?.[1] ?? null;
}

function unusable(message: string): CvopsError {
  return new CvopsError('UsageError', ExitCode.usage, message, {
    hint: 'KEY=VALUE lines, or a JSON object of texts; nothing was pushed.',
  });
}
