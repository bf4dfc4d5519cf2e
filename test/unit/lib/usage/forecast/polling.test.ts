import { describe, expect, test } from 'vitest';
import { polling } from '../../../../../src/lib/usage/forecast/polling.ts';
import { EXAMPLE_SYSTEM, type SystemModel } from '../../../../../src/lib/usage/forecast/system-model.ts';

const withPollers = (pollers: number): SystemModel => ({
  ...EXAMPLE_SYSTEM,
  queue: { ...EXAMPLE_SYSTEM.queue, pollers },
});

describe('pollers of an SQS queue', () => {
  test('make 648,000 empty receives in a month without messages, five of them', () => {
    expect(polling(0, withPollers(5))).toEqual({ deliveries: 0, empty: 648_000, leastEmpty: 648_000, fill: 1 });
    expect(polling(0, withPollers(2)).empty).toBe(259_200);
  });

  test('make hardly fewer for one message, and none where messages come faster than polls end', () => {
    expect(polling(1, withPollers(5)).empty).toBeCloseTo(648_000 - 0.5, 0);
    expect(polling(10_000_000, withPollers(5)).empty).toBeLessThan(10);
  });

  test('take each message alone while they are rare, and full batches of a flood', () => {
    expect(polling(10_000, withPollers(5)).fill).toBeCloseTo(1, 3);
    expect(polling(100_000_000_000, withPollers(5))).toMatchObject({ fill: 10, deliveries: 10_000_000_000 });
  });

  test('find fuller batches and more empty polls in bursts', () => {
    const even = polling(1_000_000, withPollers(5));
    const bursts = polling(1_000_000, withPollers(5), 5);
    expect(bursts.fill).toBeGreaterThan(even.fill);
    expect(bursts.empty).toBeGreaterThan(even.empty);
    // Four fifths of the month are idle.
    expect(bursts.empty).toBeGreaterThanOrEqual(0.8 * 648_000);
  });

  /** The same queue and pollers, message by message, with arrivals by chance. */
  test.each([50_000, 500_000, 3_000_000])('do in a simulation what the formula says, at %i queries', (queries) => {
    const model = withPollers(5);
    const simulated = simulate(queries, model, 200_000);
    const told = polling(queries, model);
    expect(simulated.fill / told.fill).toBeCloseTo(1, 1);
    expect(simulated.emptyPerDelivery / (told.empty / told.deliveries)).toBeCloseTo(1, 1);
  });
});

/** One poller and its share of the arrivals, for so many polls; the random numbers are always the same. */
function simulate(queries: number, model: SystemModel, polls: number) {
  const rate = queries / (model.days * 86_400) / model.queue.pollers;
  const busy = (model.processor.durationMs + model.processor.overheadMs) / 1_000;
  const random = generator(7);
  const gap = () => -Math.log(1 - random()) / rate;
  let [now, next, empty, deliveries, messages] = [0, gap(), 0, 0, 0];
  for (let poll = 0; poll < polls; poll++) {
    const until = now + model.queue.pollSeconds;
    if (next > until) {
      empty++;
      now = until;
      continue;
    }
    now = Math.max(now, next);
    deliveries++;
    for (let taken = 0; next <= now && taken < model.queue.batchSize; taken++) {
      messages++;
      next += gap();
    }
    now += busy;
  }
  return { fill: messages / deliveries, emptyPerDelivery: empty / deliveries };
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
