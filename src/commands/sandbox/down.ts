import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { defineCommand } from '../command.ts';

export const sandboxDown = defineCommand<object>({
  examples: ['cvops sandbox down'],
  parse: () => ({}),
  run: down,
});

async function down(_: object, context: Context): Promise<Outcome> {
  const { stopDaemon } = await import('../../lib/sandbox/stop-daemon.ts');
  const pid = await stopDaemon(context.folders.state, context.clock, context.signal);
  const stopped = pid !== undefined;
  return {
    kind: 'sandbox.down',
    data: { running: false, stopped, pid: pid ?? null, endpoint: null, engine: 'simulator', services: [] },
    view: () => [
      stopped
        ? { kind: 'line', text: `✓ The sandbox is down (process ${pid}).`, tone: 'good' }
        : { kind: 'line', text: 'No sandbox was running.' },
    ],
  };
}
