import { describe, expect, test } from 'vitest';
import type { FunctionLogs } from '../../../../../src/lib/aws/ports/function-logs.ts';
import type { Alias, Functions } from '../../../../../src/lib/aws/ports/functions.ts';
import type { Consumer } from '../../../../../src/lib/dlq/plan/consumer.ts';
import { type VersionQuestion, versionCheck } from '../../../../../src/lib/dlq/plan/version-check.ts';
import { formatAliasRecord } from '../../../../../src/lib/release/alias-record.ts';

const IDS = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
const FAILED_AT = 1_000_000;

/** A log in which version `versions[i]` failed message `i`. */
function logs(...versions: (string | null)[]): FunctionLogs {
  const lines = versions.map((version, i) => ({
    at: FAILED_AT,
    stream: 's',
    message: JSON.stringify({
      level: 'ERROR',
      messageId: IDS[i],
      ...(version === null ? {} : { version }),
      error: { name: 'TypeError', message: 'no' },
    }),
  }));
  return { find: async (_, { text }) => lines.filter(({ message }) => message.includes(text)) };
}

function alias(version: string, weights: Record<string, number> = {}, description = ''): Alias {
  return { functionName: 'processor', name: 'live', arn: '', version, weights, description, revisionId: 'r' };
}

function consumer(served: readonly string[], over: Partial<Consumer> = {}): Consumer {
  const source = {
    uuid: 'u',
    eventSourceArn: '',
    functionArn: '',
    state: 'Enabled',
    batchSize: 10,
    reportsBatchItemFailures: true,
    maximumConcurrency: null,
  };
  return { source, functionName: 'processor', label: 'processor:live', alias: alias(served[0]!), served, ...over };
}

function functions(versions: readonly string[], latestChangedAt = 0): Functions {
  const fake: Partial<Functions> = {
    listVersions: async () => versions.map((version) => ({ version })) as never,
    getVersion: async () => ({ lastModified: new Date(latestChangedAt).toISOString().replace('Z', '+0000') }) as never,
  };
  return fake as Functions;
}

const check = (over: Partial<VersionQuestion> = {}) =>
  versionCheck({
    consumers: [consumer(['6'])],
    functions: functions(['5', '6']),
    logs: logs('6', '6'),
    messageIds: IDS,
    fromMs: 0,
    toMs: 2_000_000,
    service: 'processor',
    edited: false,
    force: false,
    signal: new AbortController().signal,
    ...over,
  });

describe('is the consumer still the version that failed them?', () => {
  test('yes: a replay would be in vain', async () => {
    expect(await check()).toEqual({
      id: 'version',
      status: 'NG',
      detail: 'processor:live still serves version 6, which failed 2 of 2 looked up',
      blocking: true,
      hint: 'go back first: cvops alias rollback processor --to 5; or deploy a fix; --force replays all the same.',
      unread: null,
    });
  });

  test('partly: one of them failed on a version that is gone', async () => {
    expect(await check({ logs: logs('6', '4') })).toMatchObject({ status: 'NG', blocking: true });
    expect((await check({ logs: logs('6', '4') })).detail).toContain('failed 1 of 2');
  });

  test('as the smaller part of a split it counts too', async () => {
    expect(await check({ consumers: [consumer(['5', '6'])] })).toMatchObject({ status: 'NG' });
  });

  test('no: it was rolled back, or a fix is live', async () => {
    for (const served of [['5'], ['7']]) {
      expect(await check({ consumers: [consumer(served)] })).toMatchObject({ status: 'OK', blocking: false });
    }
  });

  test('$LATEST is the same only while nobody has changed it since', async () => {
    const latest = { consumers: [consumer(['$LATEST'], { alias: null })], logs: logs('$LATEST', '$LATEST') };
    expect(await check({ ...latest, functions: functions([], FAILED_AT - 1) })).toMatchObject({ status: 'NG' });
    expect(await check({ ...latest, functions: functions([], FAILED_AT + 1) })).toMatchObject({ status: 'OK' });
  });

  test('with --force, or an edit, it warns and does not block', async () => {
    expect(await check({ force: true })).toMatchObject({ status: 'NG', blocking: false });
    expect(await check({ edited: true })).toMatchObject({ status: 'NG', blocking: false, hint: null });
  });

  test('the hint is the shortest way back: by the record, out of a split, to the version before, else a fix', async () => {
    const record = formatAliasRecord({
      releaseId: 'x',
      kind: 'promote',
      version: '6',
      previous: '5',
      step: 100,
      at: 0,
      by: 'me',
      quarantined: [],
      reason: null,
    });
    const hint = async (now: Alias, versions = ['5', '6']) =>
      (await check({ consumers: [consumer(['6'], { alias: now })], functions: functions(versions) })).hint;
    expect(await hint(alias('6', {}, record))).toContain('cvops alias rollback processor; or');
    expect(await hint(alias('5', { 6: 0.1 }))).toContain('cvops alias rollback processor; or');
    expect(await hint(alias('6'))).toContain('cvops alias rollback processor --to 5; or');
    expect(await hint(alias('6'), ['6'])).toBe('deploy a fix first; --force replays all the same.');
  });

  test('of several consumers the one that would fail them decides', async () => {
    const consumers = [consumer(['5']), consumer(['6'])];
    expect(await check({ consumers })).toMatchObject({ status: 'NG' });
  });
});

describe('what cannot be known never blocks', () => {
  test.each<[string, Partial<VersionQuestion>, string]>([
    ['nobody reads the queue', { consumers: [] }, 'nobody reads'],
    ['there is no log port', { logs: null }, 'no log'],
    ['the log cannot be read', { logs: { find: async () => null } }, 'cannot be read'],
    ['the log is silent', { logs: logs() }, 'tells of no failure'],
    ['its lines name no version', { logs: logs(null, null) }, 'does not say which version'],
    ['no message was seen', { messageIds: [] }, 'no dead letter could be seen'],
  ])('%s', async (_, over, words) => {
    const answer = await check(over);
    expect(answer).toMatchObject({ status: 'SKIP', blocking: false });
    expect(answer.detail).toContain(words);
  });
});
