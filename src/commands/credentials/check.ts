import type { Context } from '../../lib/context.ts';
import { type SenderKeys, senderKeys } from '../../lib/credentials/sender-keys.ts';
import {
  type Finding,
  type WorkspaceCredentials,
  workspaceCredentials,
} from '../../lib/credentials/workspace-credentials.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { connectHcp } from '../../lib/hcp/connect.ts';
import { instant, plural, text } from '../../lib/io/format.ts';
import type { Block, Outcome } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';
import { parseCount } from '../parse.ts';
import { chosenServices, parseServices, servicesArgument } from './chosen-services.ts';
import { senderOf } from './sender-option.ts';

interface CheckOptions {
  readonly services: readonly string[];
  readonly maxAgeDays: number;
}

interface CheckedWorkspace extends WorkspaceCredentials {
  readonly service: string;
  readonly workspace: string;
  readonly found: boolean;
}

/** What AWS's own checks take as old. https://docs.aws.amazon.com/config/latest/developerguide/access-keys-rotated.html */
const MAX_AGE_DAYS = 90;

export const credentialsCheck = defineCommand<CheckOptions>({
  arguments: [servicesArgument],
  flags: [
    { flags: '--max-age <days>', description: `an older key is bad, and ends with exit code 6 (${MAX_AGE_DAYS})` },
  ],
  examples: ['cvops credentials check', 'cvops credentials check --max-age 30 --json'],
  parse: (args, flags) => ({
    services: parseServices(args),
    maxAgeDays: parseCount(flags['maxAge'], '--max-age', 1, 3650) ?? MAX_AGE_DAYS,
  }),
  run: check,
});

async function check({ services: asked, maxAgeDays }: CheckOptions, context: Context): Promise<Outcome> {
  const config = await context.config();
  const services = chosenServices(config, asked);
  const client = await connectHcp(context);
  const nowMs = context.clock.now();
  const [all, sender] = await Promise.all([
    client.workspaces(),
    senderKeys(() => context.accessKeys(), senderOf(config), nowMs, maxAgeDays),
  ]);
  const workspaces = await Promise.all(
    services.map(async ({ name: service, workspace }): Promise<CheckedWorkspace> => {
      const found = all.find(({ name }) => name === workspace);
      if (found === undefined) return { ...missing(workspace), service, workspace, found: false };
      const variables = await client.variables(found);
      return { ...workspaceCredentials(service, variables, nowMs, maxAgeDays), service, workspace, found: true };
    }),
  );
  const bad = [...workspaces, sender].flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'bad');
  const withoutOidc = workspaces.filter(({ found, kind }) => found && kind !== 'oidc');
  return {
    kind: 'credentials.check',
    data: { workspaces, sender, maxAgeDays },
    items: workspaces,
    warnings:
      sender.unreadable === null
        ? []
        : [{ code: 'SenderUnreadable', message: `the sender's keys were not read: ${sender.unreadable}` }],
    next: [
      ...(sender.findings.some(({ severity }) => severity === 'bad')
        ? [{ command: 'cvops credentials rotate', why: 'replace the sender’s key without a gap' }]
        : []),
      ...withoutOidc.slice(0, 1).map(({ workspace }) => ({
        command: `TFC_AWS_PROVIDER_AUTH=true TFC_AWS_RUN_ROLE_ARN=arn:aws:iam::ACCOUNT:role/${workspace}`,
        why: 'variables (category env) that let HCP Terraform take a role by OIDC, without keys; docs/credentials.md',
      })),
    ],
    ...(bad.length === 0 ? {} : { exitCode: ExitCode.gate }),
    view: () => view(workspaces, sender, nowMs, bad.length),
  };
}

function missing(workspace: string): WorkspaceCredentials {
  const detail = `workspace "${workspace}" is not there, or the token may not see it.`;
  const hint = '"workspace" of a service names another.';
  return {
    kind: 'none',
    roleArn: null,
    variables: [],
    findings: [{ id: 'workspace-missing', severity: 'note', detail, hint }],
  };
}

function view(
  workspaces: readonly CheckedWorkspace[],
  sender: SenderKeys,
  nowMs: number,
  bad: number,
): readonly Block[] {
  const lines = (who: string, findings: readonly Finding[]): Block[] =>
    findings.map(({ severity, detail, hint }) => ({
      kind: 'line',
      text: `${severity === 'bad' ? 'NG' : '··'} ${who}: ${detail} ${hint}`,
      tone: severity === 'bad' ? 'bad' : 'dim',
    }));
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'Service' },
          { label: 'Workspace' },
          { label: 'Signs in by' },
          { label: 'Age' },
          { label: 'Role' },
        ],
        rows: workspaces.map(({ service, workspace, found, kind, variables, roleArn }) => [
          text(service),
          text(workspace),
          text(found ? kind : null, kind === 'oidc' ? 'good' : 'warn'),
          text(
            variables[0] === undefined || variables[0].ageDays === null ? null : plural(variables[0].ageDays, 'day'),
          ),
          text(roleArn),
        ]),
      },
    },
    {
      kind: 'table',
      table: {
        columns: [
          { label: `Key of ${sender.user}` },
          { label: 'Status' },
          { label: 'Made' },
          { label: 'Last used' },
          { label: 'By' },
        ],
        rows: sender.keys.map(({ id, active, createdAt, lastUsedAt, lastUsedService }) => [
          text(id),
          text(active ? 'active' : 'inactive', active ? 'good' : 'dim'),
          instant(createdAt === null ? null : Date.parse(createdAt), nowMs),
          instant(lastUsedAt === null ? null : Date.parse(lastUsedAt), nowMs),
          text(lastUsedService),
        ]),
      },
    },
    ...workspaces.flatMap(({ service, findings }) => lines(service, findings)),
    ...lines(sender.user, sender.findings),
    bad === 0
      ? { kind: 'line', text: '✓ Nothing is bad.', tone: 'good' }
      : { kind: 'line', text: `${plural(bad, 'finding')} to mend.`, tone: 'bad' },
  ];
}
