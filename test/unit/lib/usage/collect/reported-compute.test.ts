import { beforeEach, describe, expect, test } from 'vitest';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { collect } from '../../../../../src/lib/usage/collect/collect.ts';
import { inventory } from '../../../../../src/lib/usage/collect/inventory.ts';
import { periodOf } from '../../../../../src/lib/usage/month.ts';
import { FakeSources } from './support/fake-sources.ts';

const NOW = Date.UTC(2026, 10, 10);
const ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';
const plain = (billed: number, memory: number, init = '') =>
  `REPORT RequestId: ${ID}\tDuration: 12.34 ms\tBilled Duration: ${billed} ms\tMemory Size: ${memory} MB\tMax Memory Used: 66 MB${init}`;
const json = (billedDurationMs: number, memorySizeMB: number) =>
  JSON.stringify({
    time: '2026-11-01T00:00:00Z',
    type: 'platform.report',
    record: {
      requestId: ID,
      metrics: { durationMs: 1, billedDurationMs, memorySizeMB, maxMemoryUsedMB: 60 },
      status: 'success',
    },
  });

let sources: FakeSources;
beforeEach(() => {
  sources = new FakeSources();
});

const read = async (exact = true) => {
  const config = { services: { processor: { function: 'f' } } };
  const readings = await collect(sources, inventory(config), periodOf(undefined, NOW), { region: 'eu-west-2', exact });
  return readings.functions[0]?.reported;
};
/** As many as CloudWatch counts. */
const invoked = (sum: number) => {
  sources.points = ({ metric }) =>
    metric === 'Invocations' ? [{ at: NOW, sum, average: 1, maximum: 1, samples: sum }] : [];
};

describe('REPORT lines', () => {
  test('of both formats add up to what is billed, with the cold starts among them', async () => {
    sources.reports = [
      [plain(1000, 1024, '\tInit Duration: 160.00 ms'), plain(500, 2048), 'a line about platform.report'],
      [],
      [json(250, 4096)],
    ];
    invoked(3);
    expect(await read()).toEqual({
      value: { invocations: 3, coldStarts: 1, gbSeconds: { x86_64: 3, arm64: 0 }, complete: true },
    });
  });

  test('count for the architecture of the version that wrote them', async () => {
    sources.versions = [
      { version: '$LATEST', memoryMb: 1024, architecture: 'x86_64', modifiedAt: 0 },
      { version: '2', memoryMb: 1024, architecture: 'arm64', modifiedAt: 0 },
    ];
    sources.reports = [[plain(1000, 1024)]];
    expect((await read())?.value?.gbSeconds).toEqual({ x86_64: 0, arm64: 1 });
  });

  test('are read where each version logs, each group once', async () => {
    const version = { memoryMb: 1024, architecture: 'arm64', modifiedAt: 0 } as const;
    sources.versions = [
      { ...version, version: '$LATEST', logGroup: '/new' },
      { ...version, version: '1', logGroup: '/old' },
      { ...version, version: '2', logGroup: '/new' },
    ];
    sources.reports = [[plain(1000, 1024)]];
    await read();
    const [call] = sources.calls.filter((each) => each.startsWith('report lines'));
    expect(call).toMatch(/^report lines \S+ \/new \/old$/);
  });

  test('are not complete when CloudWatch counts more invocations than have one', async () => {
    sources.reports = [[plain(1000, 1024)]];
    invoked(2);
    expect((await read())?.value).toMatchObject({ invocations: 1, complete: false });
  });

  test('are not complete where they fill more pages than are read', async () => {
    sources.reports = Array.from({ length: 201 }, () => [plain(1, 1024)]);
    invoked(200);
    expect((await read())?.value).toMatchObject({ invocations: 200, complete: false });
    sources.reports = sources.reports.slice(1);
    expect((await read())?.value).toMatchObject({ invocations: 200, complete: true });
  });

  test('that may not be read are a gap', async () => {
    sources.reports = [[]];
    sources.failure = (call) =>
      call.startsWith('report lines') ? new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.') : undefined;
    expect((await read())?.gap?.code).toBe('AccessDenied');
  });

  test('are left alone unless they are asked for', async () => {
    sources.reports = [[plain(1000, 1024)]];
    expect(await read(false)).toBeNull();
    expect(sources.calls.filter((call) => call.startsWith('report lines'))).toEqual([]);
  });
});
