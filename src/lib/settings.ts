import type { LoadedConfig } from './config/load-config.ts';
import { CvopsError } from './errors/cvops-error.ts';
import { ExitCode } from './errors/exit-code.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './io/render.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The global flags as typed; undefined where not given. */
export interface GlobalFlags {
  readonly config?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly endpointUrl?: string;
  readonly sandbox?: boolean;
  readonly output?: string;
  readonly json?: boolean;
  readonly query?: string;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
  readonly yes?: boolean;
  readonly input?: boolean;
}

/** The global flags after flag > environment; what only the configuration can add stays undefined. */
export interface Settings {
  readonly configFile: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  readonly sandbox: boolean;
  readonly output: OutputFormat | undefined;
  readonly query: string | undefined;
  readonly color: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly yes: boolean;
  readonly input: boolean;
}

/** Resolves the global flags against the environment. @throws CvopsError `UsageError` for a bad value. */
export function resolveSettings(flags: GlobalFlags, env: Environment): Settings {
  const own = (name: string) => nonEmpty(env[`CVOPS_${name}`]);
  for (const [name, value] of Object.entries({ config: flags.config, profile: flags.profile, region: flags.region })) {
    if (value === '') throw usage(`--${name} is empty.`, 'give it a value, or leave it out.');
  }
  if (flags.json === true && flags.output !== undefined && flags.output !== 'json') {
    throw usage(`--json and --output ${flags.output} cannot both be had.`, 'leave one of them out.');
  }
  const output =
    flags.json === true || flags.query !== undefined ? (flags.output ?? 'json') : (flags.output ?? own('OUTPUT'));
  if (output !== undefined && !(OUTPUT_FORMATS as readonly string[]).includes(output)) {
    throw usage(`output format "${output}" is not known.`, `formats: ${OUTPUT_FORMATS.join(', ')}.`);
  }
  if (flags.query !== undefined && output !== 'json') {
    throw usage(`--query works on the JSON document, not on ${output}.`, 'leave --output out, or use --json.');
  }
  const endpointUrl = flags.endpointUrl ?? own('ENDPOINT_URL');
  if (endpointUrl !== undefined && !/^https?:$/.test(URL.canParse(endpointUrl) ? new URL(endpointUrl).protocol : '')) {
    throw usage(
      `endpoint URL "${endpointUrl.replace(/^.*@/, '•••@')}" is not an http or https URL.`,
      'e.g. --endpoint-url http://127.0.0.1:4566',
    );
  }
  const sandbox = flags.sandbox ?? isOn(own('SANDBOX'));
  // A flag goes over what the environment says of the other one.
  if (sandbox && endpointUrl !== undefined && (flags.sandbox === undefined) === (flags.endpointUrl === undefined)) {
    const [one, other] =
      flags.sandbox === undefined ? ['CVOPS_SANDBOX', 'CVOPS_ENDPOINT_URL'] : ['--sandbox', '--endpoint-url'];
    throw usage(`${one} and ${other} cannot both be had.`, 'leave one of them out: each says where calls go.');
  }
  return {
    configFile: flags.config ?? own('CONFIG'),
    profile: flags.profile ?? own('PROFILE') ?? nonEmpty(env['AWS_PROFILE']),
    region: flags.region ?? own('REGION') ?? nonEmpty(env['AWS_REGION']) ?? nonEmpty(env['AWS_DEFAULT_REGION']),
    endpointUrl: flags.sandbox === true ? undefined : endpointUrl,
    sandbox: sandbox && flags.endpointUrl === undefined,
    output: output as OutputFormat | undefined,
    query: flags.query,
    color: flags.color ?? true,
    quiet: flags.quiet ?? isOn(own('QUIET')),
    debug: flags.debug ?? isOn(own('DEBUG')),
    yes: flags.yes ?? isOn(own('YES')),
    input: flags.input ?? !isOn(own('NO_INPUT')),
  };
}

/**
 * AWS's calls are signed: a user and password in the URL would be sent nowhere, and be told of in many places.
 * @throws CvopsError `EndpointHoldsPassword`, exit code 4.
 */
export function refuseUserinfo(endpoint: string): void {
  const { username, password, host } = new URL(endpoint);
  if (username === '' && password === '') return;
  throw new CvopsError(
    'EndpointHoldsPassword',
    ExitCode.setup,
    `the endpoint URL of ${host} holds a user or a password; AWS calls are signed, and do not send it.`,
    { hint: 'leave it out of --endpoint-url, CVOPS_ENDPOINT_URL and "endpointUrl" in the configuration.' },
  );
}

/** What the SDK takes as a region: it becomes a part of a host name. */
const HOST_LABEL = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)$/;

/** The region to work in. @throws CvopsError `NoRegion` or `InvalidRegion`, exit code 4. */
export function requireRegion(settings: Settings, config: LoadedConfig, profileRegion: string | undefined): string {
  const region = settings.region ?? config.region ?? profileRegion;
  if (region !== undefined && HOST_LABEL.test(region)) return region;
  if (region !== undefined) {
    throw new CvopsError('InvalidRegion', ExitCode.setup, `"${region}" is not an AWS region.`, {
      hint: 'regions look like eu-west-2; check --region, AWS_REGION and "region" in cvops.config.json.',
    });
  }
  throw new CvopsError('NoRegion', ExitCode.setup, 'no AWS region is set.', {
    hint: 'set --region, AWS_REGION, or "region" in cvops.config.json.',
  });
}

function usage(message: string, hint: string): CvopsError {
  return new CvopsError('UsageError', ExitCode.usage, message, { hint });
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && value.toLowerCase() !== 'false';
}
