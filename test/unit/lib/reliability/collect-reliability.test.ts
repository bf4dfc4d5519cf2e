import { beforeEach, describe, expect, test } from 'vitest';
import type { Queues } from '../../../../src/lib/aws/ports/queues.ts';
import type { SeriesPoint, SeriesQuery } from '../../../../src/lib/aws/ports/usage-source.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import type { ReleaseEntry } from '../../../../src/lib/release-ledger/release-entry.ts';
import type { ReleaseLedger } from '../../../../src/lib/release-ledger/release-ledger.ts';
import { collectReliability, type ReliabilitySources } from '../../../../src/lib/reliability/collect-reliability.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 12, 30);
const SPAN = { fromMs: NOW - 30 * DAY - 30 * MINUTE, toMs: NOW + 30 * MINUTE };
const CONFIG = { services: { processor: { function: 'f', alias: 'live' } } };

const point = (at: number, sum: number): SeriesPoint => ({ at, sum, average: sum, maximum: sum, samples: 1 });

let asked: SeriesQuery[];
let points: (query: SeriesQuery) => readonly SeriesPoint[];
let lines: { fromMs: number; toMs: number }[];
let logError: CvopsError | null;
let history: Awaited<ReturnType<ReleaseLedger['history']>>;

beforeEach(() => {
  asked = [];
  points = () => [];
  lines = [];
  logError = null;
  history = { entries: [], unreadable: null, warnings: [] };
});

const sources: ReliabilitySources = {
  measurements: async () => ({
    series: async (query) => {
      asked.push(query);
      return points(query).filter(({ at }) => at >= query.fromMs && at < query.toMs);
    },
    percentiles: async () => [1, 2, 3],
    metrics: async () => ({ metrics: [], complete: true }),
  }),
  logs: async () => ({
    async *reportLines(_name, span) {
      lines.push(span);
      if (logError !== null) throw logError;
      yield [];
    },
  }),
  queues: async () => ({}) as Queues,
  releases: async () => ({ history: async () => history }) as unknown as ReleaseLedger,
};

const collect = () => collectReliability(sources, CONFIG, SPAN, NOW);
const finely = () => asked.filter(({ periodSeconds }) => periodSeconds < 3_600);
const release = (entry: Partial<ReleaseEntry>) =>
  ({ at: NOW - DAY, durationMs: 10 * MINUTE, steps: [], revisionAfter: 'r', ...entry }) as ReleaseEntry;

describe('collecting reliability', () => {
  test('misses no log of a function that was never invoked: Lambda makes the group with the first line', async () => {
    logError = new CvopsError('LogGroupNotFound', ExitCode.notFound, 'it does not exist here.');
    expect((await collect()).functions[0]!.starts).toEqual({ value: { read: 0, cold: 0, fromMs: SPAN.fromMs } });
    points = ({ metric }) => (metric === 'Invocations' ? [point(NOW - DAY, 1)] : []);
    expect((await collect()).functions[0]!.starts).toMatchObject({ gap: { code: 'LogGroupNotFound' } });
    points = () => [];
    logError = new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
    expect((await collect()).functions[0]!.starts).toMatchObject({ gap: { code: 'AccessDenied' } });
  });

  test('looks into minutes only where an hour had errors', async () => {
    await collect();
    expect(finely()).toEqual([]);
    const bad = NOW - 3 * DAY;
    points = ({ metric, periodSeconds }) =>
      metric === 'Errors' ? [point(bad - (bad % (periodSeconds * 1000)), 2)] : [];
    const [alias] = (await collect()).aliases;
    expect(finely().map(({ metric, periodSeconds }) => `${metric} ${periodSeconds}`)).toEqual([
      'Errors 60',
      'Invocations 60',
    ]);
    // Without a count of invocations there were those that failed.
    expect(alias!.failed.value).toEqual([{ at: bad, ms: MINUTE, errors: 2, invocations: 2 }]);
  });

  test('reads the newest logs, where there are more lines than it reads', async () => {
    points = ({ metric, dimensions }) =>
      metric === 'Invocations' && dimensions['Resource'] === undefined
        ? [point(NOW - 20 * DAY, 90_000), point(NOW - 10 * DAY, 60_000), point(NOW - 5 * DAY, 30_000)]
        : [];
    await collect();
    expect(lines).toEqual([{ fromMs: NOW - 10 * DAY, toMs: NOW }]);
  });

  test('reads all logs of the window where it can', async () => {
    points = ({ metric }) => (metric === 'Invocations' ? [point(NOW - 5 * DAY, 100_000)] : []);
    await collect();
    expect(lines).toEqual([{ fromMs: SPAN.fromMs, toMs: NOW }]);
  });

  test('takes a release for a move from its first traffic until the minute after the last', async () => {
    const startedAt = NOW - DAY + 2 * MINUTE + 5_000;
    const step = { percent: 10, startedAt, endedAt: startedAt + MINUTE, verdict: 'PASS', canary: null, baseline: null };
    const entries = [release({}), release({ steps: [step] }), release({ revisionAfter: null })];
    history = { entries: entries.map((entry) => ({ entry, source: 'table' })), unreadable: null, warnings: [] };
    const [alias] = (await collect()).aliases;
    const end = NOW - DAY + 10 * MINUTE;
    expect(alias!.moves.value).toEqual([
      { fromMs: end, toMs: end + 2 * MINUTE },
      { fromMs: NOW - DAY + 2 * MINUTE, toMs: end + 2 * MINUTE },
    ]);
  });

  test('leaves a gap for a ledger that is not there, and ends where no call can do better', async () => {
    history = { ...history, unreadable: new CvopsError('TableNotFound', ExitCode.notFound, 'no table.') };
    expect((await collect()).aliases[0]).toMatchObject({
      moves: { gap: { code: 'TableNotFound' } },
      failed: { value: [] },
    });
    history = { ...history, unreadable: new CvopsError('NoCredentials', ExitCode.setup, 'no credentials.') };
    await expect(collect()).rejects.toMatchObject({ code: 'NoCredentials' });
  });
});
