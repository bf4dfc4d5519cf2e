import { homedir } from 'node:os';
import { join } from 'node:path';
import { closest } from '../errors/closest.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where AWS's tools look for profiles. https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html */
function profileFiles(env: Environment): { readonly configFilepath: string; readonly filepath: string } {
  const folder = join(env['HOME'] || homedir(), '.aws');
  return {
    configFilepath: env['AWS_CONFIG_FILE'] || join(folder, 'config'),
    filepath: env['AWS_SHARED_CREDENTIALS_FILE'] || join(folder, 'credentials'),
  };
}

/**
 * The region of a profile; undefined when it names none.
 * @param mustExist throw when there is no such profile. @throws CvopsError `ProfileNotFound`, exit code 4.
 */
export async function profileRegion(name: string, env: Environment, mustExist: boolean): Promise<string | undefined> {
  const { loadSharedConfigFiles } = await import('@smithy/shared-ini-file-loader');
  const files = profileFiles(env);
  const { configFile, credentialsFile } = await loadSharedConfigFiles(files);
  const known = configFile[name] !== undefined || credentialsFile[name] !== undefined;
  if (mustExist && !known) throw notFound(name, [...Object.keys(configFile), ...Object.keys(credentialsFile)], files);
  return configFile[name]?.['region'] ?? credentialsFile[name]?.['region'];
}

function notFound(name: string, found: readonly string[], files: ReturnType<typeof profileFiles>): CvopsError {
  // Sections of other kinds are `sso-session.NAME`.
  const names = [...new Set(found)].filter((each) => !/^(sso-session|services)\./.test(each));
  const near = closest(name, names);
  const suggestion = near === undefined ? '' : `did you mean "${near}"? `;
  return new CvopsError('ProfileNotFound', ExitCode.setup, `there is no AWS profile "${name}".`, {
    hint: `${suggestion}${files.configFilepath} and ${files.filepath} hold: ${names.join(', ') || 'no profile'}.`,
  });
}
