import { describe, expect, test } from 'vitest';
import type { CodeVersion, FunctionCode } from '../../../../src/lib/aws/ports/function-code.ts';
import type { Alias, EventSource, Functions } from '../../../../src/lib/aws/ports/functions.ts';
import { type PrunePorts, planPrune, pruneVersions } from '../../../../src/lib/deploy/prune-versions.ts';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { formatAliasRecord } from '../../../../src/lib/release/alias-record.ts';
import type { ReleaseEntry } from '../../../../src/lib/release-ledger/release-entry.ts';
import { VirtualClock } from '../dlq/support/virtual-clock.ts';
import { entry } from '../release-ledger/support/entries.ts';

const version = (number: string): CodeVersion => ({
  version: number,
  codeSha256: number,
  description: '',
  settings: '',
  codeSize: 1,
  lastModified: '',
});

const live: Alias = {
  functionName: 'f',
  name: 'live',
  arn: 'arn:aws:lambda:us-east-1:111122223333:function:f:live',
  version: '9',
  weights: {},
  description: '',
  revisionId: 'r',
};

interface Scene {
  readonly count?: number;
  readonly alias?: Partial<Alias>;
  readonly sources?: readonly string[];
  readonly entries?: readonly ReleaseEntry[];
  readonly refuse?: Readonly<Record<string, CvopsError>>;
}

function scene({ count = 10, alias = {}, sources = [], entries = [], refuse = {} }: Scene) {
  const deletes: string[] = [];
  const ports: PrunePorts = {
    functions: {
      listAliases: async () => [{ ...live, ...alias }],
      listEventSources: async () => sources.map((functionArn) => ({ functionArn }) as EventSource),
    } as unknown as Functions,
    code: {
      versions: async () => Array.from({ length: count }, (_, index) => version(String(index + 1))),
      deleteVersion: async (_name: string, number: string) => {
        const refused = refuse[number];
        if (refused !== undefined) throw refused;
        deletes.push(number);
      },
    } as unknown as FunctionCode,
    ledger: {
      history: async () => ({
        entries: entries.map((each) => ({ entry: each, source: 'table' as const })),
        unreadable: null,
        warnings: [],
      }),
    },
    clock: new VirtualClock(),
  };
  return { ports, deletes };
}

const doomed = async (of: Scene, keep: number, force = false) => {
  const plan = await planPrune(scene(of).ports, { functionName: 'f', keep, force });
  return plan.doomed.map((each) => each.version).join(' ');
};

const record = {
  releaseId: 'r-1',
  kind: 'rollback',
  version: '9',
  previous: '4',
  step: 100,
  at: 0,
  by: '',
  quarantined: ['6'],
  reason: null,
} as const;

describe('which old versions go', () => {
  test.each<[string, Scene, number, string]>([
    ['all but the newest, when they serve', { alias: { version: '10' } }, 3, '1 2 3 4 5 6 7'],
    ['10 is newer than 9: numbers are no texts', { alias: { version: '10' } }, 1, '1 2 3 4 5 6 7 8 9'],
    ['not what serves', { alias: { version: '2' } }, 1, '1 3 4 5 6 7 8 9'],
    ['not the way back, nor the evidence', { alias: { description: formatAliasRecord(record) } }, 1, '1 2 3 5 7 8'],
    ['not the canary of a split', { alias: { weights: { 3: 0.1 } } }, 1, '1 2 4 5 6 7 8'],
    ['not what an event source reads for by number', { sources: [`${live.arn.slice(0, -5)}:5`] }, 1, '1 2 3 4 6 7 8'],
    [
      'not what the last release left, though the alias forgot it',
      { entries: [entry({ from: '7', to: '9' })] },
      1,
      '1 2 3 4 5 6 8',
    ],
    [
      'not the evidence that the alias had no room for',
      {
        entries: [
          entry({ from: '8', to: '9' }),
          entry({ kind: 'rollback', from: '3', to: '2' }),
          entry({ outcome: 'rolled-back', from: '2', to: '5' }),
        ],
      },
      1,
      '1 2 4 6 7',
    ],
    ['none, when all are among the newest', {}, 10, ''],
  ])('%s', async (_sentence, of, keep, expected) => {
    expect(await doomed(of, keep)).toBe(expected);
  });

  test('forced, the evidence too, but never what serves or is the way back', async () => {
    const of = { alias: { description: formatAliasRecord({ ...record, quarantined: ['4', '6', '9'] }) } };
    expect(await doomed(of, 1, true)).toBe('1 2 3 5 6 7 8');
  });
});

describe('deleting them', () => {
  const plan = (count: number) => ({
    functionName: 'f',
    doomed: Array.from({ length: count }, (_, index) => version(String(index + 1))),
    kept: [],
    ledgerUnread: null,
  });
  const { signal } = new AbortController();

  test('never hands on what is no number', async () => {
    const { ports, deletes } = scene({});
    const wrong = { ...plan(0), doomed: [version('$LATEST')] };
    await expect(pruneVersions(ports, wrong, signal, () => {})).rejects.toThrow('is no published version');
    expect(deletes).toEqual([]);
  });

  test('goes on behind a version that is held, and stops at anything else', async () => {
    const error = (code: string) => new CvopsError(code, ExitCode.failed, code);
    const { ports, deletes } = scene({ refuse: { 2: error('VersionInUse'), 4: error('AccessDenied') } });
    const result = await pruneVersions(ports, plan(5), signal, () => {});
    expect(deletes).toEqual(['1', '3']);
    expect(result).toMatchObject({ inUse: ['2'], left: ['4', '5'], stopped: { code: 'AccessDenied' } });
  });

  test('an interruption leaves the rest', async () => {
    const { ports } = scene({});
    const control = new AbortController();
    const interrupted = new CvopsError('Interrupted', ExitCode.interrupted, 'interrupted');
    const result = await pruneVersions(ports, plan(5), control.signal, () => control.abort(interrupted));
    expect(result).toMatchObject({ deleted: [{ version: '1' }], left: ['2', '3', '4', '5'], stopped: interrupted });
  });
});
