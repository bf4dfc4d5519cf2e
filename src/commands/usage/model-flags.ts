import { shellWord } from '../../lib/io/shell-word.ts';
import { EXAMPLE_SYSTEM, type SystemModel } from '../../lib/usage/forecast/system-model.ts';
import type { FlagSpec } from '../command.ts';
import { parseCount, parseDuration, usageError } from '../parse.ts';

const { queue, processor, table, peak } = EXAMPLE_SYSTEM;

/** What-if flags of `usage forecast` and `usage headroom`. */
export const MODEL_FLAGS: readonly FlagSpec[] = [
  { flags: '--pollers <n>', description: `Lambda's pollers at the queue (${queue.pollers})` },
  { flags: '--batch <n>', description: `most messages of an invocation, 1 to 10 (${queue.batchSize})` },
  { flags: '--memory <mb>', description: `the processor's memory (${processor.memoryMb})` },
  { flags: '--duration <time>', description: `of one invocation (${processor.durationMs}ms)` },
  {
    flags: '--billing <mode>',
    description: `of the table of events (${table.billing})`,
    choices: ['provisioned', 'on-demand'],
  },
  { flags: '--peak <times>', description: `busiest minute to average minute, 1 or more (${peak})` },
  { flags: '--item-bytes <n>', description: `an item in the table (${table.itemBytes})` },
  { flags: '--retention-days <n>', description: `how long items are kept (${table.retentionDays})` },
];

/** Lambda's and DynamoDB's own bounds. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MOST = { pollers: 1_000, batch: 10, memoryMb: 10_240, durationMs: 900_000, itemBytes: 409_600, days: 36_500 };
const MOST_PEAK = 10_000;

/** The example system with what the flags say. @throws CvopsError `UsageError`. */
export function parseModel(flags: Readonly<Record<string, unknown>>): SystemModel {
  const durationMs = parseDuration(flags['duration'], '--duration') ?? processor.durationMs;
  if (durationMs < 1 || durationMs > MOST.durationMs) {
    throw usageError(`--duration ${JSON.stringify(flags['duration'])} is not from 1ms to 15m.`, 'e.g. 12ms.');
  }
  return {
    ...EXAMPLE_SYSTEM,
    peak: parsePeak(flags['peak']) ?? peak,
    queue: {
      ...queue,
      pollers: parseCount(flags['pollers'], '--pollers', 1, MOST.pollers) ?? queue.pollers,
      batchSize: parseCount(flags['batch'], '--batch', 1, MOST.batch) ?? queue.batchSize,
    },
    processor: {
      ...processor,
      memoryMb: parseCount(flags['memory'], '--memory', 128, MOST.memoryMb) ?? processor.memoryMb,
      durationMs,
    },
    table: {
      ...table,
      billing: (flags['billing'] as SystemModel['table']['billing'] | undefined) ?? table.billing,
      itemBytes: parseCount(flags['itemBytes'], '--item-bytes', 1, MOST.itemBytes) ?? table.itemBytes,
      retentionDays: parseCount(flags['retentionDays'], '--retention-days', 1, MOST.days) ?? table.retentionDays,
    },
  };
}

/** These flags again, as they were given, for a command that is to reckon with the same system: ` --pollers 2`. */
export function modelWords(flags: Readonly<Record<string, unknown>>): string {
  return MODEL_FLAGS.map((spec) => {
    const [name = ''] = spec.flags.split(' ');
    // commander's name of it.
    const value = flags[name.slice(2).replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    return value === undefined ? '' : ` ${name} ${shellWord(String(value))}`;
  }).join('');
}

function parsePeak(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const times = /^\d+(?:\.\d+)?$/.test(String(value)) ? Number(value) : Number.NaN;
  if (times >= 1 && times <= MOST_PEAK) return times;
  throw usageError(`--peak ${JSON.stringify(value)} is not a number from 1 to ${MOST_PEAK}.`, 'e.g. 5.');
}
