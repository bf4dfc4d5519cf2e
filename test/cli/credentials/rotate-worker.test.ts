import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handleRequest } from '../../../services/worker/handle-request.ts';
import { SYSTEM } from '../../../src/lib/sandbox/system.ts';
import { jsonOf } from '../../support/run-cli.ts';
import { RotationScene } from './rotation-scene.ts';

const scene = new RotationScene();
const HOUR = 3_600_000;

/** The key that the Worker has, and how many of its events arrived. */
let key: string;
let sent: number;
beforeEach(async () => {
  [[key]] = (await scene.keys()) as [readonly [string, string]];
  sent = 0;
  vi.spyOn(console, 'log').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

const told = () => {
  key = scene.secrets['AWS_ACCESS_KEY_ID']!;
};

/** A visitor's event goes through the Worker's own code, with a key that must work at this moment. */
async function send(): Promise<void> {
  expect(await scene.keys()).toContainEqual([key, 'Active']);
  const { endpoint, simulator } = scene.sandbox;
  const occurredAt = new Date(simulator.clock.now()).toISOString();
  const event = { id: randomUUID(), type: 'page_view', sessionId: 's', occurredAt, path: '/' };
  const request = new Request('https://worker.example/events', { method: 'POST', body: JSON.stringify(event) });
  const env = {
    QUEUE_URL: `${endpoint}/${simulator.accountId}/${SYSTEM.queue}`,
    AWS_REGION: SYSTEM.region,
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: 'which nobody here looks at',
    ALLOWED_ORIGIN: '*',
  };
  const work: Promise<unknown>[] = [];
  const { status } = await handleRequest(request, env, { waitUntil: (each) => work.push(each) });
  expect(status).toBe(202);
  await Promise.all(work);
  sent++;
  const { AccessKeyLastUsed } = await scene.operate('GetAccessKeyLastUsed', { AccessKeyId: key });
  expect(AccessKeyLastUsed.ServiceName).toBe('sqs');
}

describe('the Worker that a key is rotated for', () => {
  test('sends before, during and after it with a key that works', async () => {
    await send();
    const result = await scene.rotate(['--yes', '--json', '--retire-after', '10m'], {
      during: async () => {
        if (scene.wasTold) told();
        await send();
      },
    });
    expect(result.code).toBe(0);
    await send();
    expect(key).toBe(jsonOf(result).data.newKey);
    expect(await scene.keys()).toEqual([[key, 'Active']]);
    // Twice while AWS was asked for the new key, while events in flight ended, and while the old key was Inactive.
    expect(sent).toBe(6);
  });

  test('has the new key, though Wrangler broke off: its next event says so, and the rotation goes on', async () => {
    expect((await scene.rotate(['--yes'], { end: 'process.exit(1);' })).code).toBe(1);
    told();
    expect((await scene.rotate(['--yes'])).code).toBe(8);
    await send();
    const result = await scene.rotate(['--yes', '--json']);
    expect(jsonOf(result).data).toMatchObject({ newKey: key, oldKeyIs: 'inactive', resumedAt: 'pushing' });
    await send();
  });

  test('has the old key, for Wrangler was refused: its next event says so, and another key is made', async () => {
    const old = key;
    expect((await scene.rotate(['--yes'], { keeps: false, end: 'process.exit(1);' })).code).toBe(1);
    await scene.sandbox.simulator.clock.advance(HOUR);
    await send();
    const result = await scene.rotate(['--yes', '--json']);
    expect(jsonOf(result).data).toMatchObject({ oldKey: old, oldKeyIs: 'inactive', resumedAt: 'pushing' });
    told();
    await send();
  });
});
