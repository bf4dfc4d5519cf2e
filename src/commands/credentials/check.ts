import type { Context } from '../../lib/context.ts';
import { MAX_KEY_AGE_DAYS } from '../../lib/credentials/key-age.ts';
import { type SenderKeys, senderKeys } from '../../lib/credentials/sender-keys.ts';
import type { Finding } from '../../lib/credentials/workspace-credentials.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Outcome, Warning } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { checkView, findingWords } from './check-view.ts';
import { checkWorkspaces } from './check-workspaces.ts';
import { chosenServices, parseServices, servicesArgument } from './chosen-services.ts';
import { findSender } from './sender-option.ts';

interface CheckOptions {
  readonly services: readonly string[];
  readonly maxAgeDays: number;
}

export const credentialsCheck = defineCommand<CheckOptions>({
  arguments: [servicesArgument],
  flags: [
    { flags: '--max-age <days>', description: `an older key is bad, and ends with exit code 6 (${MAX_KEY_AGE_DAYS})` },
  ],
  examples: ['cvops credentials check', 'cvops credentials check --max-age 30 --json'],
  parse: (args, flags) => ({
    services: parseServices(args),
    maxAgeDays: parseCount(flags['maxAge'], '--max-age', 1, 3650) ?? MAX_KEY_AGE_DAYS,
  }),
  run: check,
});

async function check({ services: asked, maxAgeDays }: CheckOptions, context: Context): Promise<Outcome> {
  const config = await context.config();
  const services = chosenServices(config, asked);
  const nowMs = context.clock.now();
  const [hcp, sender] = await Promise.all([
    checkWorkspaces(context, services, nowMs, maxAgeDays),
    senderKeys(() => context.accessKeys(), findSender(config), nowMs, maxAgeDays),
  ]);
  if (hcp.unread !== null && sender.unreadable !== null) throw nothingRead(hcp.unread, sender.unreadable);
  const { workspaces, sets } = hcp;
  const bad = [
    ...workspaces.map(({ service, findings }) => [service, findings] as const),
    ...sets.map(({ name, findings }) => [`variable set "${name}"`, findings] as const),
    [sender.user, sender.findings] as const,
  ].flatMap(([who, findings]) =>
    findings.filter(({ severity }) => severity === 'bad').map((each) => badWarning(who, each)),
  );
  const gaps = [...hcp.warnings, ...unreadSender(sender)];
  const withoutOidc = workspaces.filter(({ found, kind }) => found && kind !== 'oidc');
  return {
    kind: 'credentials.check',
    data: { workspaces, variableSets: sets, sender, maxAgeDays },
    items: hcp.unread === null ? workspaces : sender.keys,
    // A pipe, which gets the list alone, is told so why the check failed.
    warnings: [...bad, ...gaps],
    next: [
      ...(sender.findings.some(({ severity }) => severity === 'bad')
        ? [{ command: 'cvops credentials rotate', why: 'replace the sender’s key without a gap' }]
        : []),
      ...withoutOidc.slice(0, 1).map(({ workspace }) => ({
        command: `TFC_AWS_PROVIDER_AUTH=true TFC_AWS_RUN_ROLE_ARN=arn:aws:iam::ACCOUNT:role/${workspace}`,
        why: 'variables (category env) that let HCP Terraform take a role by OIDC, without keys; docs/credentials.md',
      })),
    ],
    exitCode: bad.length > 0 ? ExitCode.gate : gaps.length > 0 ? ExitCode.partial : ExitCode.done,
    view: () => checkView(hcp, sender, nowMs, bad.length, gaps.length === 0),
  };
}

function badWarning(who: string, finding: Finding): Warning {
  return {
    code: finding.id === 'key-old' ? 'KeyOld' : 'SecretReadable',
    message: `${who}: ${findingWords(finding)}`,
  };
}

function unreadSender({ unreadable, useUnreadable }: SenderKeys): readonly Warning[] {
  if (unreadable !== null) {
    return [{ code: 'SenderUnreadable', message: `the sender's keys were not read: ${unreadable}` }];
  }
  if (useUnreadable === null) return [];
  return [{ code: 'LastUseUnreadable', message: `it is not known when the sender's keys were used: ${useUnreadable}` }];
}

function nothingRead(hcp: CvopsError, sender: string): CvopsError {
  return new CvopsError('NothingChecked', ExitCode.setup, `nothing was looked at: ${hcp.message} ${sender}`, {
    ...(hcp.hint === undefined ? {} : { hint: hcp.hint }),
    cause: hcp,
  });
}
