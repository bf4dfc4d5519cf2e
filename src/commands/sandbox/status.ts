import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { readRecord } from '../../lib/sandbox/record.ts';
import { defineCommand } from '../command.ts';
import { sandboxData, sandboxFields, sandboxNext } from './view.ts';

export const sandboxStatus = defineCommand<object>({
  examples: ['cvops sandbox status', 'cvops sandbox status --query data.endpoint'],
  parse: () => ({}),
  run: status,
});

async function status(_: object, context: Context): Promise<Outcome> {
  const record = readRecord(context.folders.state);
  if (record === undefined) {
    return {
      kind: 'sandbox.status',
      data: { running: false, endpoint: null, engine: 'simulator', services: [] },
      next: [{ command: 'cvops sandbox up', why: 'start one' }],
      view: () => [{ kind: 'line', text: 'No sandbox is running.' }],
    };
  }
  const { answers, simulatedTime } = await import('../../lib/sandbox/health.ts');
  const time = (await answers(record)) ? await simulatedTime(record).catch(() => undefined) : undefined;
  if (time === undefined) {
    throw new CvopsError(
      'SandboxStuck',
      ExitCode.failed,
      `the sandbox (process ${record.pid}) does not answer on ${record.endpoint}.`,
      { hint: 'end it with `cvops sandbox down`, and start a new one.' },
    );
  }
  return {
    kind: 'sandbox.status',
    data: { ...sandboxData(record), now: time.now, speed: time.rate },
    next: sandboxNext(record),
    view: () => [
      { kind: 'line', text: 'The sandbox is running.', tone: 'good' },
      sandboxFields(record, [
        ['time', { raw: time.now }],
        ['speed', { raw: time.rate }],
      ]),
    ],
  };
}
