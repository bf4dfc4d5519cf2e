import type { Context } from '../../lib/context.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { defineCommand, dryRunFlag } from '../command.ts';
import { refuseOtherEngine } from './native-flags.ts';
import { ENGINES, parseReplay, type ReplayOptions } from './replay-options.ts';
import { runLedgers } from './run-ledgers.ts';
import { stopOnAlarm } from './stop-on-alarm.ts';

export const dlqReplay = defineCommand<ReplayOptions>({
  arguments: [
    { name: '[service]', description: 'service name; may be left out when only one has a dead-letter queue' },
  ],
  flags: [
    {
      flags: '--filter <jmespath>',
      description: 'only what matches, over { body, attributes, groupId, messageId, sentAt, receiveCount }',
    },
    { flags: '--group <id>', description: 'only this message group' },
    { flags: '--max <n>', description: 'at most this many messages' },
    { flags: '--rate <n/s>', description: 'messages a second, e.g. 50/s' },
    { flags: '--canary <n>', description: 'replay n first, and the others only when those are known to be processed' },
    { flags: '--max-returns <percent>', description: 'stop when more of the copies than this come back' },
    { flags: '--expiring-first', description: 'replay what expires first before the others' },
    { flags: '--to <queue>', description: 'send to this queue instead of the source' },
    {
      flags: '--edit <expr|file>',
      description: 'change each copy: JMESPath or a JSON merge patch over { body, attributes }, or a module ./fix.mjs',
    },
    { flags: '--save-plan <file>', description: 'with --dry-run: write down which messages a replay would take' },
    { flags: '--plan <file>', description: 'replay the messages of a saved plan, and no others' },
    {
      flags: '--engine <engine>',
      description: 'who moves the messages: this process (client), or AWS by a move task (native)',
      choices: [...ENGINES],
    },
    { flags: '--attach', description: 'with --engine native: watch the move task that runs, instead of starting one' },
    { flags: '--stop-on-alarm <names>', description: 'stop when one of these CloudWatch alarms, a,b, goes to ALARM' },
    { flags: '--out-of-order', description: 'FIFO: replay matches that stand behind others of their group' },
    { flags: '--resend-uncertain', description: 'FIFO: send again what a crashed run may have sent long ago' },
    {
      flags: '--force',
      description:
        'replay though the version that failed them still serves, or their queue has a redrive policy of its own',
    },
    { flags: '--wait <duration>', description: 'wait at most this long for the verdict, e.g. 5m' },
    { flags: '--no-verify', description: 'do not wait for the verdict' },
    { flags: '--resume <run>', description: 'go on with a run that was interrupted' },
    { flags: '--concurrency <n>', description: 'calls at the same time (64)' },
    dryRunFlag,
  ],
  examples: [
    'cvops dlq replay processor --dry-run',
    "cvops dlq replay --filter 'body.type == `visit`' --rate 50/s",
    "cvops dlq replay --edit '{body: {version: `2`}}' --dry-run --save-plan plan.json",
    'cvops dlq replay --plan plan.json',
    'cvops dlq replay --resume 20260807-141503-9f3c',
  ],
  parse: ([service], flags) => parseReplay(service, flags),
  run,
});

async function run(options: ReplayOptions, context: Context): Promise<Outcome> {
  const resume = options.resume === undefined ? null : (await runLedgers(context).ends(options.resume)).header;
  if (resume !== null) refuseOtherEngine(resume, options.engine);
  const alarms = await stopOnAlarm(context, options.stopOnAlarm, options.force);
  try {
    if (options.engine === 'native' || resume?.native !== undefined) {
      const { replayWithMoveTask } = await import('./replay-native.ts');
      return await replayWithMoveTask(options, { resume, known: null }, context, alarms.signal);
    }
    const { replayWithClient } = await import('./replay-with-client.ts');
    return await replayWithClient(options, resume, context, alarms.signal);
  } finally {
    alarms.close();
  }
}
