import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { type FaultSubject, Faults } from '../../../../../src/lib/simulator/kernel/faults.ts';
import { seededRandom } from '../../../../../src/lib/simulator/kernel/random.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

const subject = (over: Partial<Omit<FaultSubject, 'body'>> & { body?: string } = {}): FaultSubject => ({
  service: 'sqs',
  region: 'us-east-1',
  operation: 'SendMessage',
  ...over,
  body: Buffer.from(over.body ?? '{}'),
});

describe('fault rules', () => {
  const error = { code: 'Throttling' };

  it('hit only calls that match all of service, region, operation and body', () => {
    const faults = new Faults(() => 0);
    faults.add({ service: 'sqs', region: 'us-east-1', operation: 'SendMessage', bodyContains: 'poison', error });
    const hits = (over: Parameters<typeof subject>[0]) => faults.pick(subject(over)).effect !== undefined;
    expect(hits({ body: '{"a":"poison"}' })).toBe(true);
    expect(hits({ body: '{"a":"fine"}' })).toBe(false);
    expect(hits({ body: 'poison', service: 'sns' })).toBe(false);
    expect(hits({ body: 'poison', region: 'eu-west-1' })).toBe(false);
    expect(hits({ body: 'poison', operation: 'ReceiveMessage' })).toBe(false);
  });

  it('end after as many hits as they say', () => {
    const faults = new Faults(() => 0);
    const rule = faults.add({ error, times: 2 });
    const effects = [1, 2, 3].map(() => faults.pick(subject()).effect?.id);
    expect(effects).toEqual([rule.id, rule.id, undefined]);
    expect(rule.hits).toBe(2);
  });

  it('hit with their probability, the same way for the same seed', () => {
    const run = () => {
      const faults = new Faults(seededRandom(7));
      faults.add({ error, probability: 0.25 });
      return Array.from({ length: 1_000 }, () => faults.pick(subject()).effect !== undefined);
    };
    const hits = run();
    expect(run()).toEqual(hits);
    const share = hits.filter(Boolean).length / 1_000;
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.3);
  });

  it('never hit at probability 0 and always at 1', () => {
    const never = new Faults(() => 0);
    never.add({ error, probability: 0 });
    const always = new Faults(() => 0.999999);
    always.add({ error, probability: 1 });
    expect(never.pick(subject()).effect).toBeUndefined();
    expect(always.pick(subject()).effect).toBeDefined();
  });

  it('add up their delays; the first effect decides and the others are not used up', () => {
    const faults = new Faults(() => 0);
    faults.add({ delayMs: 10 });
    const first = faults.add({ delayMs: 5, reset: true });
    const second = faults.add({ error, times: 1 });
    const picked = faults.pick(subject());
    expect(picked.delayMs).toBe(15);
    expect(picked.effect?.id).toBe(first.id);
    expect(second.hits).toBe(0);
  });

  it('are removed by id, and all at once', () => {
    const faults = new Faults(() => 0);
    const rule = faults.add({ error });
    faults.add({ error });
    expect(faults.remove(rule.id)).toBe(true);
    expect(faults.remove(rule.id)).toBe(false);
    expect(faults.rules).toHaveLength(1);
    faults.clear();
    expect(faults.active).toBe(false);
  });
});

describe('fault rules of a running simulator', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await Simulator.start({ clock: new SimulatedClock({ rate: 0, start: Date.UTC(2026, 0, 1) }) });
  });
  afterEach(() => simulator.close());

  const createTopic = () =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const call = request(
        simulator.endpoint,
        { method: 'POST', agent: false, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ status: response.statusCode!, body: Buffer.concat(chunks).toString() }));
        },
      );
      call.on('error', reject);
      call.end('Action=CreateTopic&Version=2010-03-31&Name=made');
    });
  const exists = () => simulator.region().topics.publish('arn:aws:sns:us-east-1:000000000000:made', { body: 'x' });

  it('answer an error in the words of the protocol, without doing the work', async () => {
    simulator.faults.add({ service: 'sns', error: { code: 'Throttled', message: 'slow down', statusCode: 429 } });
    const { status, body } = await createTopic();
    expect(status).toBe(429);
    expect(body).toContain('<Code>Throttled</Code><Message>slow down</Message>');
    expect(exists()).toBe(false);
  });

  it('close the connection before the work', async () => {
    simulator.faults.add({ operation: 'CreateTopic', reset: true });
    await expect(createTopic()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(exists()).toBe(false);
  });

  it('drop the answer after the work is done: the caller cannot know', async () => {
    simulator.faults.add({ operation: 'CreateTopic', dropResponse: true, times: 1 });
    await expect(createTopic()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(exists()).toBe(true);
    expect((await createTopic()).status).toBe(200);
  });

  it('delay the work and then do it', async () => {
    simulator.faults.add({ operation: 'CreateTopic', delayMs: 30 });
    const started = performance.now();
    expect((await createTopic()).status).toBe(200);
    // A timer may fire a millisecond early; without the rule the answer takes a few.
    expect(performance.now() - started).toBeGreaterThanOrEqual(28);
  });

  it('come and go through the control API', async () => {
    const control = (method: string, path: string, body?: unknown) =>
      fetch(`${simulator.endpoint}/_simulator/${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const { id } = (await (await control('POST', 'faults', { service: 'sns', reset: true })).json()) as { id: string };
    await expect(createTopic()).rejects.toMatchObject({ code: 'ECONNRESET' });
    const listed = (await (await control('GET', 'faults')).json()) as { faults: { id: string; hits: number }[] };
    expect(listed.faults).toMatchObject([{ id, hits: 1 }]);
    expect((await control('DELETE', `faults/${id}`)).status).toBe(200);
    expect((await control('DELETE', `faults/${id}`)).status).toBe(404);
    expect((await createTopic()).status).toBe(200);
  });
});
