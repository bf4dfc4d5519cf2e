import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { requireRecord } from '../../lib/sandbox/record.ts';
import { defineCommand } from '../command.ts';
import { sandboxData, sandboxFields, sandboxNext } from './view.ts';

export const sandboxReset = defineCommand<object>({
  examples: ['cvops sandbox reset'],
  parse: () => ({}),
  run: reset,
});

async function reset(_: object, context: Context): Promise<Outcome> {
  const record = requireRecord(context.folders.state);
  const { resetSandbox } = await import('../../lib/sandbox/steer-sandbox.ts');
  await resetSandbox(record, context.signal);
  return {
    kind: 'sandbox.reset',
    data: sandboxData(record),
    next: sandboxNext(record),
    view: () => [{ kind: 'line', text: '✓ The sandbox is as on its first day.', tone: 'good' }, sandboxFields(record)],
  };
}
