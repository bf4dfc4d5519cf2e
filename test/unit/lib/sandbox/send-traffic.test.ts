import { describe, expect, test } from 'vitest';
import { type SendOptions, sendTraffic } from '../../../../src/lib/sandbox/send-traffic.ts';
import { type TrafficEvent, trafficEvents } from '../../../../src/lib/sandbox/traffic.ts';

/** Time that passes only while somebody sleeps. */
function idleClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
}

function events(count: number): TrafficEvent[] {
  return [...trafficEvents({ events: count, sessions: 5, poison: 0, seed: 1 }, () => 0)];
}

function options(over: Partial<SendOptions>): SendOptions {
  return {
    post: async () => 202,
    concurrency: 4,
    clock: idleClock(),
    signal: new AbortController().signal,
    ...over,
  };
}

describe('sending traffic', () => {
  test('puts up to 25 events into a request, in order', async () => {
    const all = events(60);
    const bodies: TrafficEvent[][] = [];
    const result = await sendTraffic(
      all,
      options({
        concurrency: 1,
        post: async (body) => {
          bodies.push(JSON.parse(body));
          return 202;
        },
      }),
    );
    expect(bodies.map(({ length }) => length)).toEqual([25, 25, 10]);
    expect(bodies.flat()).toEqual(all);
    expect(result).toEqual({ sent: 60, refused: 0, requests: 3 });
  });

  test('counts what the worker refuses', async () => {
    let first = true;
    const post = async () => {
      const status = first ? 400 : 202;
      first = false;
      return status;
    };
    expect(await sendTraffic(events(60), options({ post, concurrency: 1 }))).toEqual({
      sent: 35,
      refused: 25,
      requests: 3,
    });
  });

  test('keeps to its rate', async () => {
    const clock = idleClock();
    const times: number[] = [];
    const post = async (body: string) => {
      for (const _ of JSON.parse(body)) times.push(clock.now());
      return 202;
    };
    await sendTraffic(events(50), options({ clock, post, ratePerSecond: 10 }));
    // Half a second's worth in each request: 10 requests, the last one after 4.5 s.
    expect(times).toHaveLength(50);
    expect(times.at(-1)).toBe(4_500);
    expect(times.filter((at) => at < 1_000)).toHaveLength(10);
  });

  test('never has more requests under way than allowed', async () => {
    let underWay = 0;
    let most = 0;
    const post = async () => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return 202;
    };
    await sendTraffic(events(500), options({ post, concurrency: 3 }));
    expect(most).toBe(3);
  });

  test('stops at an interruption, after what is under way', async () => {
    const abort = new AbortController();
    const post = async () => {
      abort.abort(new Error('interrupted'));
      return 202;
    };
    const result = await sendTraffic(events(500), options({ post, concurrency: 1, signal: abort.signal }));
    expect(result).toEqual({ sent: 25, refused: 0, requests: 1 });
  });
});
