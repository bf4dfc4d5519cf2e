import type { Config, ServiceConfig } from '../config/config.ts';
import { CvopsError } from '../errors/cvops-error.ts';
import { ExitCode } from '../errors/exit-code.ts';
import { type AccessSources, hcpAccess } from './hcp-access.ts';
import { HcpClient } from './hcp-client.ts';
import type { HcpSetup } from './hcp-transport.ts';

/** What of a command's context HCP Terraform is reached with. */
export interface HcpContext extends Pick<HcpSetup, 'clock' | 'signal' | 'version'> {
  readonly env: AccessSources['env'];
  readonly settings: { readonly debug: boolean; readonly sandbox: boolean };
  readonly streams: { readonly stderr: { write(text: string): unknown } };
  readonly redactor: { learn(secret: string): void; text(text: string): string };
  config(): Promise<Config>;
}

/**
 * A client of the HCP Terraform that environment and configuration name.
 * @throws CvopsError as `hcpAccess`, and `SandboxHasNoHcp` (2) for `--sandbox` with a host beyond this machine.
 */
export async function connectHcp(context: HcpContext): Promise<HcpClient> {
  const { env, settings, streams, clock, signal, version, redactor } = context;
  const access = hcpAccess({ env, terraform: (await context.config()).terraform });
  redactor.learn(access.token);
  if (settings.sandbox && !access.origin.startsWith('http:')) {
    throw new CvopsError(
      'SandboxHasNoHcp',
      ExitCode.usage,
      `the sandbox has no HCP Terraform; this would call ${access.hostname}.`,
      {
        hint: 'leave --sandbox out, or name a server on this machine in TF_CLOUD_HOSTNAME.',
      },
    );
  }
  const observe: HcpSetup['observe'] = ({ method, path, status, durationMs, requestId }) =>
    streams.stderr.write(
      `debug: hcp:${method} ${path} ${status ?? 'no answer'} ${Math.round(durationMs)} ms${requestId === null ? '' : `, request ${requestId}`}\n`,
    );
  return new HcpClient({
    access,
    clock,
    signal,
    version,
    clean: (said) => redactor.text(said),
    ...(settings.debug ? { observe } : {}),
  });
}

/** The workspace of a service: the example system's name where the configuration names none. */
export function workspaceOf(service: Pick<ServiceConfig, 'workspace'> & { readonly name: string }): string {
  return service.workspace ?? `cv-analytics-${service.name}`;
}
