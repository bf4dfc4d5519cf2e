import type { LoadedConfig } from '../lib/config/load-config.ts';
import type { Context } from '../lib/context.ts';
import { type Check, check, skip } from '../lib/doctor/check.ts';
import { examine, skipAll } from '../lib/doctor/examine.ts';
import { ExitCode } from '../lib/errors/exit-code.ts';
import { plural, text } from '../lib/io/format.ts';
import type { Outcome } from '../lib/io/outcome.ts';
import type { Tone } from '../lib/io/paint.ts';
import { defineCommand } from './command.ts';

export const doctor = defineCommand({
  examples: ['cvops doctor', 'cvops doctor --json --query "data.checks[?status==\'NG\']"'],
  parse: () => ({}),
  run: runDoctor,
});

const UNREAD = 'the configuration cannot be read';

const TONES: Readonly<Record<Check['status'], Tone>> = { OK: 'good', NG: 'bad', SKIP: 'dim' };

async function runDoctor(_options: object, context: Context): Promise<Outcome> {
  const checks: Check[] = [
    { id: 'versions', status: 'OK', detail: `cvops ${context.version}, Node ${process.version}`, hint: null },
  ];
  let config: LoadedConfig | undefined;
  checks.push(
    await check('configuration', async () => {
      config = await context.config();
      return config.path ?? 'none found: the example system is assumed';
    }),
  );
  // Region and endpoint may be in the configuration: without it both are unknown.
  if (config === undefined) checks.push(skip('region', UNREAD), ...skipAll({ services: {} }, UNREAD));
  else checks.push(await check('region', () => context.region()));
  if (config !== undefined && checks.at(-1)?.status === 'NG') checks.push(...skipAll(config, 'needs a region'));
  else if (config !== undefined) {
    const [queues, functions, account, tables, topics] = await Promise.all([
      context.queues(),
      context.functions(),
      context.account(),
      context.tables(),
      context.topics(),
    ]);
    const ports = {
      queues,
      functions,
      account,
      tables,
      topics,
      ledger: context.releaseLedger,
      now: () => context.clock.now(),
    };
    checks.push(...(await examine(ports, config, await context.region(), context.settings.sandbox)));
  }
  const wrong = checks.filter(({ status }) => status === 'NG');
  return {
    kind: 'doctor',
    data: { checks },
    items: checks,
    exitCode: exitCode(wrong),
    view: () => [
      {
        kind: 'table',
        table: {
          columns: ['STATUS', 'CHECK', 'FOUND', 'MEND'].map((label) => ({ label })),
          rows: checks.map(({ id, status, detail, hint }) => [
            text(status, TONES[status]),
            text(id),
            text(detail),
            { raw: hint, text: hint ?? '' },
          ]),
        },
      },
      wrong.length === 0
        ? { kind: 'line', text: '✓ all is well', tone: 'good' }
        : { kind: 'line', text: `${plural(wrong.length, 'check')} NG`, tone: 'bad' },
    ],
  };
}

/** Without set-up nothing was examined (4); a resource that is wrong is a failed examination (1). */
function exitCode(wrong: readonly Check[]): ExitCode {
  if (wrong.length === 0) return ExitCode.done;
  const setup = ['configuration', 'region', 'credentials'];
  return wrong.some(({ id }) => setup.includes(id)) ? ExitCode.setup : ExitCode.failed;
}
