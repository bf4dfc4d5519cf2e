import { describe, expect, it } from 'vitest';
import { MAX_EVENTS, Trail } from '../../../../../src/lib/simulator/cloudtrail/trail.ts';
import type { TrailEvent } from '../../../../../src/lib/simulator/kernel/region.ts';

const event = (number: number, eventName = 'CreateQueue'): TrailEvent => ({
  eventId: `event-${number}`,
  at: number,
  eventSource: 'sqs.amazonaws.com',
  eventName,
  region: 'us-east-1',
  accessKeyId: 'AKIATEST',
  userAgent: 'test',
  requestId: `request-${number}`,
  requestParameters: {},
  responseElements: { answer: number },
  errorCode: undefined,
  errorMessage: undefined,
});

describe('the trail', () => {
  it('keeps the newest events, and no more however many calls are made', () => {
    const trail = new Trail();
    let most = 0;
    for (let i = 0; i < 3 * MAX_EVENTS; i++) {
      trail.add(event(i));
      most = Math.max(most, trail.events.length);
    }
    expect(most).toBeLessThan(1.1 * MAX_EVENTS);
    expect(trail.events.length).toBeGreaterThanOrEqual(MAX_EVENTS);
    expect(trail.events.at(-1)?.eventId).toBe(`event-${3 * MAX_EVENTS - 1}`);
  });

  it('keeps the calls that began sessions which may still run', () => {
    const trail = new Trail();
    trail.add(event(0, 'AssumeRole'));
    for (let i = 1; i <= 2 * MAX_EVENTS; i++) trail.add(event(i));
    expect(trail.events[0]?.eventName).toBe('AssumeRole');
    for (let i = 0; i < 2 * MAX_EVENTS; i++) trail.add(event(12 * 3_600_000 + 1));
    expect(trail.events.some(({ eventName }) => eventName === 'AssumeRole')).toBe(false);
  });

  it('keeps no answers of read-only calls', () => {
    const trail = new Trail();
    trail.add(event(1, 'LookupEvents'));
    trail.add(event(2));
    expect(trail.events.map(({ responseElements }) => responseElements)).toEqual([undefined, { answer: 2 }]);
  });
});
