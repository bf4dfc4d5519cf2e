import { type AuditCheck, audit as judge } from '../lib/audit/audit.ts';
import { type AuditPorts, readFacts } from '../lib/audit/read-facts.ts';
import { PILLARS, type Pillar } from '../lib/audit/verdict.ts';
import type { Config } from '../lib/config/config.ts';
import { requireService, servicesWith } from '../lib/config/find-service.ts';
import type { LoadedConfig } from '../lib/config/load-config.ts';
import type { Context } from '../lib/context.ts';
import { closest } from '../lib/errors/closest.ts';
import { ExitCode } from '../lib/errors/exit-code.ts';
import type { Next, Outcome } from '../lib/io/outcome.ts';
import { shippedTariff } from '../lib/usage/tariff/load-tariff.ts';
import { auditView } from './audit-view.ts';
import { awsTime } from './aws-time.ts';
import { defineCommand } from './command.ts';
import { senderOf } from './credentials/sender-option.ts';
import { usageError } from './parse.ts';

interface AuditOptions {
  readonly service: string | undefined;
  readonly pillars: readonly Pillar[];
}

export const audit = defineCommand<AuditOptions>({
  arguments: [{ name: '[service]', description: 'only this service; all, and the account, without it' }],
  flags: [{ flags: '--pillar <names...>', description: `only these: ${PILLARS.join(', ')}` }],
  examples: [
    'cvops audit',
    'cvops audit --pillar security,cost',
    'cvops audit processor --json --query "data.checks[?status==\'NG\'].[id, evidence, mend]"',
  ],
  parse: ([service], flags) => ({ service, pillars: parsePillars(flags['pillar'] as readonly string[] | undefined) }),
  run,
});

/** Several by commas, by spaces, or by the flag again. */
function parsePillars(values: readonly string[] = PILLARS): readonly Pillar[] {
  return values
    .flatMap((value) => value.split(','))
    .map((name) => {
      const pillar = PILLARS.find((each) => each === name.trim());
      if (pillar !== undefined) return pillar;
      const near = closest(name, PILLARS);
      throw usageError(
        `--pillar ${JSON.stringify(name)}: there is no such pillar.`,
        `${near === undefined ? '' : `did you mean "${near}"? `}pillars: ${PILLARS.join(', ')}. A service is named before the flag.`,
      );
    });
}

async function run({ service, pillars }: AuditOptions, context: Context): Promise<Outcome> {
  const whole = await context.config();
  const config = service === undefined ? whole : { ...whole, services: { [service]: requireService(whole, service) } };
  const { limits } = await shippedTariff(await context.region());
  const facts = await readFacts(portsOf(context), {
    config,
    isPart: service !== undefined,
    senders: sendersOf(config, whole),
    limits,
  });
  const checks = judge(facts, pillars);
  return {
    kind: 'audit',
    data: { at: new Date(facts.nowMs).toISOString(), checks },
    items: checks,
    next: nextOf(checks),
    exitCode: exitCode(checks),
    // All pillars are to fit on a screen.
    view: () => auditView(checks, pillars.length < PILLARS.length ? undefined : context.streams.stdout.columns),
  };
}

function portsOf(context: Context): AuditPorts {
  const { measurements } = context.usage;
  return { ...context, measurements, logs: context.usage.logs, now: () => awsTime(context) };
}

/** Those that services name; of the example system, its own. */
function sendersOf(config: Config, { path }: LoadedConfig) {
  const named = servicesWith(config, 'sender').map(({ name, sender }) => ({ service: name, user: sender }));
  if (named.length > 0 || path !== null || config.services['worker'] === undefined) return named;
  return [{ service: 'worker', user: senderOf(config) }];
}

/** As `doctor`: what is wrong fails the examination (1); what could not be looked at leaves it in part (3). */
function exitCode(checks: readonly AuditCheck[]): ExitCode {
  if (checks.some(({ status }) => status === 'NG')) return ExitCode.failed;
  const isWhole = checks.every(({ results }) => results.every(({ code }) => code === null));
  return isWhole ? ExitCode.done : ExitCode.partial;
}

/** The first mend that is a command, else a second look after the first that is not. */
function nextOf(checks: readonly AuditCheck[]): readonly Next[] {
  const wrong = checks.filter(({ status }) => status === 'NG');
  const mends = wrong.flatMap(({ id, results }) =>
    results.flatMap(({ status, mend }) => (status === 'NG' && mend !== null ? [{ id, mend }] : [])),
  );
  const first = mends.find(({ mend }) => mend.startsWith('cvops '));
  if (first !== undefined) return [{ command: first.mend, why: first.id }];
  if (mends[0] !== undefined) return [{ command: 'cvops audit', why: `again, after: ${mends[0].mend}` }];
  return [{ command: 'cvops usage report', why: 'whether the month stays free' }];
}
