import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlantedPoint } from '../../../../../src/lib/simulator/cloudwatch/planted-metric.ts';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 23, 6, 30);

describe('planted metrics', () => {
  let simulator: Simulator;
  beforeEach(() => {
    simulator = new Simulator({ clock: new SimulatedClock({ start: NOW, rate: 0 }) });
  });
  afterEach(() => simulator.close());

  const dimensions = { QueueName: 'jobs' };
  const plant = (points: readonly PlantedPoint[], metric = 'NumberOfMessagesSent') =>
    simulator.region().cloudwatch.plant([{ namespace: 'AWS/SQS', metric, dimensions, points }]);
  const read = (from: number, until: number, Period = HOUR / 1000, MetricName = 'NumberOfMessagesSent') =>
    simulator.call('cloudwatch', 'GetMetricStatistics', {
      Namespace: 'AWS/SQS',
      MetricName,
      Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
      StartTime: from / 1000,
      EndTime: until / 1000,
      Period,
      Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'],
    });
  const sums = async (from: number, until: number) => {
    const { Datapoints } = await read(from, until);
    const pairs = Datapoints.map((point: { Timestamp: Date; Sum: unknown }) => [
      point.Timestamp.getTime(),
      Number(point.Sum),
    ]);
    return pairs.sort(([a]: number[], [b]: number[]) => a! - b!);
  };

  it('answer hour by hour what was planted, hours without a point left out', async () => {
    const month = Date.UTC(2026, 9, 1);
    const hours = Array.from({ length: 744 }, (_, i) => i).filter((i) => i !== 5);
    expect(plant(hours.map((i) => ({ at: month + i * HOUR, sum: i, samples: 60 })))).toBe(743);
    expect(await sums(month, Date.UTC(2026, 10, 1))).toEqual(hours.map((i) => [month + i * HOUR, i]));
  });

  it('go back as far as AWS keeps hours, and no further', async () => {
    const oldest = Math.ceil((NOW - 455 * DAY) / HOUR) * HOUR;
    plant([{ at: oldest, sum: 7 }]);
    expect(await sums(oldest, oldest + HOUR)).toEqual([[oldest, 7]]);
    expect(() => plant([{ at: NOW - 455 * DAY - 1, sum: 1 }])).toThrow('is not possible');
    expect(() => plant([{ at: NOW + 1, sum: 1 }])).toThrow('is not possible');
  });

  it('add to what was recorded, and tell bounds as given', async () => {
    const at = NOW - 30 * 60_000;
    simulator.region().metrics.record('AWS/SQS', 'NumberOfMessagesSent', dimensions, 4, 'Count', { at });
    plant([{ at, sum: 30, samples: 3, minimum: 1, maximum: 25 }]);
    const { Datapoints } = await read(at - (at % HOUR), NOW);
    expect(JSON.parse(JSON.stringify(Datapoints))).toMatchObject([
      { Sum: 34, SampleCount: 4, Minimum: 1, Maximum: 25, Average: 8.5 },
    ]);
  });

  it('are listed by the age of their data', async () => {
    const listed = async (more = {}) =>
      (await simulator.call('cloudwatch', 'ListMetrics', { Namespace: 'AWS/SQS', ...more })).Metrics.map(
        ({ MetricName }: { MetricName: string }) => MetricName,
      );
    plant([{ at: NOW - 15 * DAY, sum: 1 }], 'Old');
    plant([{ at: NOW - 4 * HOUR, sum: 1 }], 'Recent');
    plant([{ at: NOW - HOUR, sum: 1 }], 'Active');
    expect(await listed()).toEqual(['Recent', 'Active']);
    expect(await listed({ RecentlyActive: 'PT3H' })).toEqual(['Active']);
  });

  it('can be lost again, hour by hour', async () => {
    const hours = [5, 4, 3].map((ago) => NOW - (NOW % HOUR) - ago * HOUR);
    plant(hours.map((at) => ({ at, sum: 1 })));
    simulator.region().cloudwatch.lose('AWS/SQS', 'NumberOfMessagesSent', hours[1]!, hours[2]!);
    expect(await sums(hours[0]!, NOW)).toEqual([
      [hours[0], 1],
      [hours[2], 1],
    ]);
  });

  it.each([
    { at: NOW, sum: 1, samples: 0 },
    { at: NOW, sum: 10, samples: 2, minimum: 6 },
    { at: NOW, sum: 10, samples: 2, maximum: 4 },
    { at: Number.NaN, sum: 1 },
  ])('are refused as a whole for a point that cannot be: %j', async (point) => {
    expect(() => plant([{ at: NOW, sum: 1 }, point])).toThrow('is not possible');
    expect(await sums(NOW - HOUR, NOW + HOUR)).toEqual([]);
  });
});
