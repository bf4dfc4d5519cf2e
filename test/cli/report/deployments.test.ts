import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Sandbox } from '../../../src/lib/sandbox/start-sandbox.ts';
import { startExampleSystem } from '../../support/example-system.ts';
import { jsonOf, runCli } from '../../support/run-cli.ts';

interface Metric {
  readonly id: string;
  readonly value: number | null;
  readonly unit: string;
}

let sandbox: Sandbox;
let env: Record<string, string>;
beforeEach(async () => {
  ({ sandbox, env } = await startExampleSystem());
});
afterEach(() => sandbox.close());

const cli = (...argv: string[]) => runCli(argv, { env });
const metricsOf = (data: { metrics: readonly Metric[] }) =>
  Object.fromEntries(data.metrics.map(({ id, value }) => [id, value]));

describe('report deployments', () => {
  test('counts the releases of all services, and a rollback as the failure of the change that it takes back', async () => {
    const before = jsonOf(await cli('report', 'deployments', '--json'));
    expect(before).toMatchObject({ kind: 'cvops/report.deployments', warnings: [] });
    expect(before.data.services).toEqual(['processor', 'reporter']);
    expect(metricsOf(before.data)).toMatchObject({
      deployments: 5,
      succeeded: 5,
      'change-fail-rate': 0,
      'zero-downtime': null,
      'conflicts-prevented': 0,
    });
    await cli('alias', 'rollback', 'processor', '--yes');
    const after = metricsOf(jsonOf(await cli('report', 'deployments', '--json')).data);
    expect(after).toMatchObject({ deployments: 5, succeeded: 5, 'change-fail-rate': 0.2 });
    expect(after['recovery-time']).toBeGreaterThan(0);
  });

  test('measures zero downtime by what went through the alias while it moved', async () => {
    const { data } = jsonOf(await cli('alias', 'history', 'processor', '--json'));
    const moves = data.entries
      .filter(({ kind }: { kind: string }) => kind === 'deploy' || kind === 'promote')
      .map(({ at, durationMs }: { at: string; durationMs: number }) => Date.parse(at) + durationMs);
    const alias = { FunctionName: 'cv-analytics-processor', Resource: 'cv-analytics-processor:live' };
    const plant = (metric: string, at: number, sum: number) =>
      sandbox.simulator
        .region()
        .cloudwatch.plant([{ namespace: 'AWS/Lambda', metric, dimensions: alias, points: [{ at, sum }] }]);
    const zeroDowntime = async () =>
      jsonOf(await cli('report', 'deployments', '--json')).data.metrics.find(
        ({ id }: Metric) => id === 'zero-downtime',
      );
    plant('Invocations', moves[0], 40);
    plant('Invocations', moves[1] + 60_000, 40);
    // Two minutes after a move is none of its doing.
    plant('Errors', moves[1] + 120_000, 7);
    expect(await zeroDowntime()).toMatchObject({ value: 1, sample: 2 });
    plant('Errors', moves[1] + 60_000, 1);
    expect(await zeroDowntime()).toMatchObject({ value: 0.5, sample: 2 });
    sandbox.simulator.faults.add({ service: 'cloudwatch', error: { code: 'AccessDenied', statusCode: 403 } });
    const result = await cli('report', 'deployments', '--json');
    expect(result.code).toBe(3);
    const { data: unmeasured, warnings } = jsonOf(result);
    expect(metricsOf(unmeasured)).toMatchObject({ deployments: 5, 'zero-downtime': null });
    expect(warnings).toMatchObject([
      { code: 'MovesUnmeasured', message: expect.stringContaining('not allowed to cloudwatch:GetMetricStatistics') },
    ]);
  });

  test('looks no further back than asked', async () => {
    // The last release of the processor is a day old, to the minute.
    const { data } = jsonOf(await cli('report', 'deployments', '--days', '2', '--json'));
    expect(metricsOf(data)['deployments']).toBe(1);
  });

  test('shows each figure beside the article’s, and its basis', async () => {
    const { stdout } = await runCli(['report', 'deployments'], { env, stdoutTTY: true, columns: 200 });
    expect(stdout).toMatch(/^METRIC +LAST 30 DAYS +ARTICLE +BASIS/);
    expect(stdout).toMatch(/deployments +5 +36/);
    expect(stdout).toMatch(/average time +2 s +3 min 12 s/);
    expect(stdout).toMatch(/zero downtime +unknown +100 %/);
  });

  test('has no zeros for a ledger that is not there', async () => {
    const result = await runCli(['report', 'deployments', '--json'], {
      env: { ...env, CVOPS_CONFIG: undefined, AWS_REGION: 'eu-west-1' },
    });
    expect(result.code).toBe(5);
    expect(jsonOf(result).error).toMatchObject({
      code: 'TableNotFound',
      message: 'table "cv-analytics-releases" does not exist here.',
    });
  });
});
