import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../../../services/shared/event.ts';
import { type TrafficEvent, trafficEvents } from '../../../../src/lib/sandbox/traffic.ts';

const plan = { events: 2_000, sessions: 40, poison: 3, seed: 7 };
const at = (index: number) => Date.UTC(2026, 0, 1) + index * 1000;
const isPoison = (event: TrafficEvent) => String(event['query']).includes('%');

describe('traffic', () => {
  test('is what the worker takes', () => {
    for (const event of trafficEvents(plan, at)) expect(parseEvent(event)).toHaveProperty('event');
  });

  test('is the same for the same seed, and other for another', () => {
    const events = [...trafficEvents(plan, at)];
    expect([...trafficEvents(plan, at)]).toEqual(events);
    const others = new Set([...trafficEvents({ ...plan, seed: 8 }, at)].map(({ id }) => id));
    expect(events.some(({ id }) => others.has(id))).toBe(false);
  });

  test('has an id for each event, and comes from as many sessions as planned', () => {
    const events = [...trafficEvents(plan, at)];
    expect(new Set(events.map(({ id }) => id)).size).toBe(2_000);
    expect(new Set(events.map(({ sessionId }) => sessionId)).size).toBe(40);
  });

  test('holds as much poison as planned, each in a session of its own', () => {
    const poison = [...trafficEvents(plan, at)].filter(isPoison);
    expect(poison).toHaveLength(3);
    expect(new Set(poison.map(({ sessionId }) => sessionId)).size).toBe(3);
  });

  test('keeps the others of a session away from its poison: in one batch they would die with it', () => {
    const events = [...trafficEvents(plan, at)];
    for (const poison of events.filter(isPoison)) {
      const session = events.filter(({ sessionId }) => sessionId === poison.sessionId);
      expect(session.at(-1)).toBe(poison);
      const before = session.at(-2)!;
      expect(events.indexOf(poison) - events.indexOf(before)).toBeGreaterThan(300);
    }
  });

  test('has no poison unless asked for', () => {
    expect([...trafficEvents({ ...plan, poison: 0 }, at)].some(isPoison)).toBe(false);
  });

  test.each([
    [1, 1, 1],
    [5, 5, 5],
    [10, 3, 3],
  ])('fits %i events, %i sessions, %i poison', (events, sessions, poison) => {
    const all = [...trafficEvents({ events, sessions, poison, seed: 1 }, at)];
    expect(all).toHaveLength(events);
    expect(all.filter(isPoison)).toHaveLength(poison);
  });
});
