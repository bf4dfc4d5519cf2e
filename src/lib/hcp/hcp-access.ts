import type { TerraformConfig } from '../config/config.ts';
import { TERRAFORM_FIELDS } from '../config/terraform-fields.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { findToken } from './find-token.ts';

/** Which HCP Terraform is called, and as whom. */
export interface HcpAccess {
  /** `app.terraform.io`; with a port where it has one. */
  readonly hostname: string;
  /** `https://app.terraform.io`; plain http on loopback only. */
  readonly origin: string;
  readonly organization: string;
  readonly token: string;
  /** Where the token was found, for words: a variable or a file. Never the token. */
  readonly tokenSource: string;
}

export interface AccessSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terraform: TerraformConfig | undefined;
}

const DEFAULT_HOST = 'app.terraform.io';
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i;

/**
 * The host, organisation and token as `terraform` itself looks for them, environment before configuration.
 * https://developer.hashicorp.com/terraform/cli/cloud/settings#environment-variables
 * @throws CvopsError `HcpOrganizationUnknown`, `InvalidHcpOrganization`, `HcpTokenMissing` or `InvalidHcpHost`, exit code 4.
 */
export function hcpAccess({ env, terraform }: AccessSources): HcpAccess {
  const named = env['TF_CLOUD_HOSTNAME'] || undefined;
  const hostname = (named ?? terraform?.hostname ?? DEFAULT_HOST).toLowerCase();
  if (!TERRAFORM_FIELDS.hostname.pattern.test(hostname) || !URL.canParse(`https://${hostname}`)) {
    throw new CvopsError('InvalidHcpHost', ExitCode.setup, `TF_CLOUD_HOSTNAME "${hostname}" is not a host name.`, {
      hint: `e.g. TF_CLOUD_HOSTNAME=${DEFAULT_HOST}, without https:// and without a path.`,
    });
  }
  const organization = env['TF_CLOUD_ORGANIZATION'] || terraform?.organization;
  if (organization === undefined) {
    throw new CvopsError('HcpOrganizationUnknown', ExitCode.setup, 'no HCP Terraform organisation is named.', {
      hint: 'set TF_CLOUD_ORGANIZATION, or "terraform": { "organization": "…" } in cvops.config.json.',
    });
  }
  if (!TERRAFORM_FIELDS.organization.pattern.test(organization)) {
    throw new CvopsError(
      'InvalidHcpOrganization',
      ExitCode.setup,
      `TF_CLOUD_ORGANIZATION "${organization}" is not the name of an organisation.`,
      { hint: 'letters, digits, hyphens and underscores, 40 at most.' },
    );
  }
  // TFE_TOKEN names no host: it goes where the environment or Terraform's default says, never where a file found in a
  // folder says, or any folder could collect tokens.
  const { token, source } = findToken(hostname, env, named !== undefined || hostname === DEFAULT_HOST);
  const origin = `${LOOPBACK.test(hostname) ? 'http' : 'https'}://${hostname}`;
  return { hostname, origin, organization, token, tokenSource: source };
}
