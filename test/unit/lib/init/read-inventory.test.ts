import { expect, test } from 'vitest';
import { CvopsError } from '../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../src/lib/errors/exit-code.ts';
import { type InventoryPorts, readInventory } from '../../../../src/lib/init/read-inventory.ts';

const gone = (code: string) => new CvopsError(code, ExitCode.notFound, 'it does not exist here.');

/** Two queues and two functions are listed; what is asked of those that are named fails so. */
const ports = (failures: Readonly<Record<string, CvopsError>>) => {
  const answer = async <T>(name: string, value: T) => {
    if (failures[name] !== undefined) throw failures[name];
    return value;
  };
  return {
    lists: {
      functions: async () => ['old-f', 'f'].map((name) => ({ name, environment: { QUEUE: 'q' } })),
      queues: async () => ['old-q', 'q'],
      tables: async () => [],
      topics: async () => [],
    },
    functions: { listAliases: (name: string) => answer(name, [{ name: 'live' }]) },
    settings: { allEventSources: async () => [] },
    queues: { describe: (name: string) => answer(name, { attributes: { redrive: null } }) },
  } as unknown as InventoryPorts;
};

test('what was deleted a moment ago and is listed still is left out', async () => {
  const failures = { 'old-q': gone('QueueNotFound'), 'old-f': gone('FunctionNotFound') };
  expect(await readInventory(ports(failures), undefined)).toMatchObject({
    functions: [{ name: 'f', aliases: ['live'] }],
    queues: [{ name: 'q', dlq: null }],
  });
});

test('what may not be read is said', async () => {
  const denied = new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
  await expect(readInventory(ports({ q: denied }), undefined)).rejects.toBe(denied);
  await expect(readInventory(ports({ 'old-f': denied }), undefined)).rejects.toBe(denied);
});

test('a queue that no function works on may be one that may not be read', async () => {
  const denied = new CvopsError('AccessDenied', ExitCode.setup, 'not allowed.');
  const { queues } = await readInventory(ports({ 'old-q': denied }), undefined);
  expect(queues).toEqual([
    { name: 'old-q', dlq: null },
    { name: 'q', dlq: null },
  ]);
});
