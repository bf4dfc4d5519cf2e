import type { Context } from '../../lib/context.ts';
import { CvopsError } from '../../lib/errors/cvops-error.ts';
import { ExitCode } from '../../lib/errors/exit-code.ts';
import { count, formatCount, plural } from '../../lib/io/format.ts';
import type { Outcome } from '../../lib/io/outcome.ts';
import { requireRecord } from '../../lib/sandbox/record.ts';
import { defineCommand } from '../command.ts';
import { parseCount, parseRate, usageError } from '../parse.ts';

interface TrafficOptions {
  readonly events: number;
  readonly sessions: number;
  /** Undefined for what the table's capacity takes. */
  readonly ratePerSecond: number | undefined;
  readonly poison: number;
  readonly seed: number | undefined;
}

const CONCURRENCY = 8;
const MOST_PER_SECOND = 10_000;
/** Simulated events a second that the table's 20 write units take without throttling. */
const SUSTAINED_PER_SECOND = 15;

export const sandboxTraffic = defineCommand<TrafficOptions>({
  flags: [
    { flags: '--events <n>', description: 'how many (default: 100)' },
    { flags: '--sessions <n>', description: 'visitors they come from (default: one for every 20 events)' },
    { flags: '--rate <n/s>', description: 'events a second (default: 15/s, which the table takes without throttling)' },
    { flags: '--poison <n>', description: 'events that the broken release cannot process (default: 0)' },
    { flags: '--seed <n>', description: 'the same seed sends the same events again' },
  ],
  examples: ['cvops sandbox traffic', 'cvops sandbox traffic --events 1000 --rate 50/s --poison 3'],
  parse: (_, flags) => {
    const events = parseCount(flags['events'], '--events', 1, 1_000_000) ?? 100;
    const poison = parseCount(flags['poison'], '--poison', 0) ?? 0;
    const sessions = parseSessions(flags['sessions'], events) ?? Math.max(poison, Math.ceil(events / 20));
    if (poison > events) {
      throw usageError(
        `--poison ${poison} is more than the ${events} events that are sent.`,
        `give --events ${poison} or more.`,
      );
    }
    if (poison > sessions) {
      throw usageError(
        `--poison ${poison} needs ${poison} sessions, one for each, and --sessions says ${sessions}.`,
        `give --sessions ${poison} or more, or leave it out.`,
      );
    }
    const seed = parseCount(flags['seed'], '--seed', 0, 2 ** 32 - 1);
    return { events, sessions, poison, seed, ratePerSecond: parseRate(flags['rate'], MOST_PER_SECOND) };
  },
  run: traffic,
});

/** A session sends one event at least. */
function parseSessions(value: unknown, events: number): number | undefined {
  const sessions = parseCount(value, '--sessions', 1);
  if (sessions === undefined || sessions <= events) return sessions;
  throw usageError(
    `--sessions ${sessions} is more than the ${events} events that they send.`,
    `give --events ${sessions} or more, or fewer sessions.`,
  );
}

async function traffic(options: TrafficOptions, context: Context): Promise<Outcome> {
  const record = requireRecord(context.folders.state);
  const [{ trafficEvents }, { sendTraffic }, { simulatedTime }, { settleWorker }] = await Promise.all([
    import('../../lib/sandbox/traffic.ts'),
    import('../../lib/sandbox/send-traffic.ts'),
    import('../../lib/sandbox/health.ts'),
    import('../../lib/sandbox/steer-sandbox.ts'),
  ]);
  const unreachable = (cause: unknown) =>
    new CvopsError('SandboxStuck', ExitCode.failed, `the sandbox's worker does not answer on ${record.workerUrl}.`, {
      hint: 'see `cvops sandbox status`.',
      cause,
    });
  const time = await simulatedTime(record).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  const before = await settleWorker(record, context.signal);
  const started = context.clock.now();
  // Without a seed every run sends events of its own; the seed is told, so that it can be repeated.
  const seed = options.seed ?? started % 2 ** 32;
  const simulatedStart = Date.parse(time.now);
  const occurredAt = () => simulatedStart + (context.clock.now() - started) * time.rate;
  const progress = await context.progress();
  let result: Awaited<ReturnType<typeof sendTraffic>>;
  try {
    result = await sendTraffic(trafficEvents({ ...options, seed }, occurredAt), {
      post: async (body) => {
        const response = await fetch(`${record.workerUrl}/events`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        });
        await response.arrayBuffer();
        return response.status;
      },
      concurrency: CONCURRENCY,
      ratePerSecond: options.ratePerSecond ?? SUSTAINED_PER_SECOND * time.rate,
      clock: context.clock,
      signal: context.signal,
      onProgress: (sent) => progress.update(`${formatCount(sent)} of ${formatCount(options.events)} events sent`),
    });
  } catch (cause) {
    throw unreachable(cause);
  } finally {
    progress.stop();
  }
  context.signal.throwIfAborted();
  // The Worker answers before it sends: only its own count tells what reached the queue.
  const lost = (await settleWorker(record, context.signal)).lost - before.lost;
  const durationMs = context.clock.now() - started;
  return {
    kind: 'sandbox.traffic',
    data: {
      endpoint: record.endpoint,
      workerUrl: record.workerUrl,
      sent: result.sent - lost,
      refused: result.refused,
      lost,
      requests: result.requests,
      sessions: options.sessions,
      poison: options.poison,
      seed,
      durationMs,
    },
    ...(result.refused + lost > 0 ? { exitCode: ExitCode.partial } : {}),
    next: [{ command: 'cvops --sandbox dlq list', why: 'see whether any died' }],
    view: () => [
      {
        kind: 'line',
        text: `✓ ${plural(result.sent - lost, 'event')} sent through ${record.workerUrl} in ${(durationMs / 1000).toFixed(1)} s.`,
        tone: 'good',
      },
      {
        kind: 'fields',
        fields: [
          ['sent', count(result.sent - lost)],
          ['refused', count(result.refused, result.refused > 0 ? 'bad' : undefined)],
          ['lost', count(lost, lost > 0 ? 'bad' : undefined)],
          ['sessions', count(options.sessions)],
          ['poison', count(options.poison)],
          ['seed', { raw: seed }],
        ],
      },
    ],
  };
}
