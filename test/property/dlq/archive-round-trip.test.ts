import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageAttribute } from '../../../src/lib/aws/ports/queues.ts';
import { CvopsError } from '../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../src/lib/errors/exit-code.ts';
import { ArchiveScene } from '../../unit/lib/dlq/archive/support.ts';
import type { Operation, StoredMessage } from '../../unit/lib/dlq/support/fake-queues.ts';
import { campaign, PATIENT } from './support/campaign.ts';

/** What ends the process: after it, no call does anything any more. */
class Killed extends Error {}

/** Text of the characters that SQS takes. */
const legal = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  { weight: 2, arbitrary: fc.constantFrom(0x9, 0xa, 0xd, 0x22, 0x5c, 0x7f, 0x85, 0x2028, 0xfeff, 0xfffd) },
  { weight: 2, arbitrary: fc.integer({ min: 0xa0, max: 0xd7ff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0xe000, max: 0xfffd }) },
  { weight: 2, arbitrary: fc.integer({ min: 0x10000, max: 0x10ffff }) },
);
const text = (maxLength: number) =>
  fc.array(legal, { minLength: 1, maxLength }).map((codes) => String.fromCodePoint(...codes));

const label = fc.constantFrom('', '.x', '.int', '.png', '.ü');
const attribute: fc.Arbitrary<MessageAttribute> = fc.oneof(
  fc.record({ dataType: label.map((each) => `String${each}`), stringValue: text(20) }),
  fc.record({
    dataType: label.map((each) => `Number${each}`),
    stringValue: fc.oneof(fc.integer().map(String), fc.constantFrom('007', '1e3', '-0.10')),
  }),
  fc.record({
    dataType: label.map((each) => `Binary${each}`),
    binaryValue: fc.uint8Array({ minLength: 1, maxLength: 30 }),
  }),
);
const attributeName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'a.b'),
  fc.stringMatching(/^[A-Za-z][\w-]{0,9}$/),
);

interface Message {
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly group: number;
  readonly trace: string | undefined;
}
const message: fc.Arbitrary<Message> = fc.record({
  body: text(60),
  attributes: fc
    .uniqueArray(fc.tuple(attributeName, attribute), { maxLength: 10, selector: ([name]) => name })
    .map((entries) => Object.fromEntries(entries)),
  group: fc.integer({ min: 0, max: 6 }),
  trace: fc.option(fc.stringMatching(/^Root=[\w-]{1,20}$/), { nil: undefined }),
});

interface Fault {
  readonly step: number;
  readonly kind: 'broken' | 'lost' | 'throttled' | 'entry';
}
const faults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc.record({
    step: fc.integer({ min: 1, max: 80 }),
    kind: fc.constantFrom('broken', 'lost', 'throttled', 'entry'),
  }),
  // Fewer than the tries of a call.
  { maxLength: 5 },
);

/** Faults at numbered calls, and a kill before or after one of them. */
function disturb(scene: ArchiveScene, planned: readonly Fault[], kill: { step: number; done: boolean } | null): void {
  let step = 0;
  const fails = (kind: Fault['kind']) => planned.some((fault) => fault.step === step && fault.kind === kind);
  const disturbed = (operation: Operation) => operation !== 'describe';
  scene.queues.faults = {
    before(operation) {
      if (!disturbed(operation)) return;
      step++;
      if (kill !== null && (step > kill.step || (step === kill.step && !kill.done))) throw new Killed();
      if (fails('broken')) throw new CvopsError('ConnectionBroken', ExitCode.failed, 'broken');
      if (fails('throttled')) throw new CvopsError('Throttled', ExitCode.failed, 'throttled');
    },
    after(operation) {
      if (!disturbed(operation)) return;
      if (kill !== null && step >= kill.step) throw new Killed();
      if (fails('lost')) throw new CvopsError('ConnectionBroken', ExitCode.failed, 'lost');
    },
    entry: (operation, index) =>
      disturbed(operation) && index === 0 && fails('entry') ? { code: 'InternalError', senderFault: false } : undefined,
  };
}

/** A message without what a new send changes. */
const content = ({ body, attributes, groupId, traceHeader }: StoredMessage) => ({
  body,
  groupId,
  traceHeader,
  attributes: Object.entries(attributes)
    .map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      dataType,
      stringValue,
      binaryValue === undefined ? undefined : Buffer.from(binaryValue).toString('hex'),
    ])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1)),
});

/** Each group in its order; on a standard queue there is no order. */
function byGroup(fifo: boolean, stored: readonly StoredMessage[]) {
  const groups = new Map<string, object[]>();
  for (const each of stored) {
    const name = fifo ? (each.groupId ?? '') : '';
    groups.set(name, [...(groups.get(name) ?? []), content(each)]);
  }
  const sorted = (list: object[]) => (fifo ? list : list.map((each) => JSON.stringify(each)).sort());
  return new Map([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, list]) => [name, sorted(list)]));
}

const everything = (stored: readonly StoredMessage[]) => stored.map((each) => JSON.stringify(content(each)));

function fill(scene: ArchiveScene, messages: readonly Message[]): void {
  for (const { body, attributes, group, trace } of messages) {
    scene.queues.put(scene.dead, {
      body,
      attributes,
      ...(scene.fifo ? { groupId: `g${group}` } : {}),
      ...(trace === undefined ? {} : { traceHeader: trace }),
    });
  }
}

async function inScene(fifo: boolean, work: (scene: ArchiveScene) => Promise<void>): Promise<void> {
  const scene = new ArchiveScene(fifo);
  try {
    await work(scene);
  } finally {
    scene.end();
  }
}

describe('what is exported, purged and imported', PATIENT, () => {
  test('is the same, byte for byte and group by group, whatever calls fail on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          fifo: fc.boolean(),
          messages: fc.array(message, { maxLength: 60 }),
          purging: faults,
          importing: faults,
        }),
        ({ fifo, messages, purging, importing }) =>
          inScene(fifo, async (scene) => {
            fill(scene, messages);
            const before = byGroup(fifo, scene.stored());
            disturb(scene, purging, null);
            const purged = await scene.purge('archive');
            scene.queues.faults = {};
            expect(purged.undeleted).toBe(scene.stored().length);
            scene.clock.skip(120_000);
            scene.queues.takeVisible(scene.dead);
            disturb(scene, importing, null);
            const imported = await scene.import('archive');
            scene.queues.faults = {};
            expect(imported).toMatchObject({ remaining: 0, stopped: null });
            // On a standard queue a lost answer leaves a twin, and it is counted.
            const twins = scene.stored().length - messages.length;
            expect(twins).toBeLessThanOrEqual(imported.possibleTwins);
            if (twins === 0) expect(byGroup(fifo, scene.stored())).toEqual(before);
            else expect(fifo).toBe(false);
          }),
      ),
      { numRuns: 100 * campaign },
    );
  });

  test('survives a kill at any step of the purge and of the import', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          fifo: fc.boolean(),
          messages: fc.array(message, { minLength: 1, maxLength: 50 }),
          faults,
          kills: fc.tuple(
            fc.record({ step: fc.integer({ min: 1, max: 40 }), done: fc.boolean() }),
            fc.record({ step: fc.integer({ min: 1, max: 40 }), done: fc.boolean() }),
          ),
        }),
        ({ fifo, messages, faults: planned, kills }) =>
          inScene(fifo, async (scene) => {
            fill(scene, messages);
            const all = scene.stored();
            const before = byGroup(fifo, scene.stored());
            disturb(scene, planned, kills[0]);
            await scene.purge('first').catch(onlyKilled);
            scene.queues.faults = {};
            const kept = scene.lines('first').map((line) => JSON.parse(line).messageId as string);
            const left = scene.stored().map(({ messageId }) => messageId);
            expect(new Set([...kept, ...left])).toEqual(new Set(all.map(({ messageId }) => messageId)));

            scene.clock.skip(120_000);
            await scene.purge('second');
            expect(scene.stored()).toEqual([]);
            writeFileSync(scene.path('both'), Buffer.concat([read(scene, 'first'), read(scene, 'second')]));
            disturb(scene, planned, kills[1]);
            await scene.import('both').catch(onlyKilled);
            scene.queues.faults = {};
            scene.clock.skip(1_000);
            await scene.import('both').catch((cause: unknown) => {
              expect(cause).toMatchObject({ code: 'AlreadyImported' });
            });
            if (fifo) expect(byGroup(fifo, scene.stored())).toEqual(before);
            else expect(new Set(everything(scene.stored()))).toEqual(new Set(everything(all)));
          }),
      ),
      { numRuns: 100 * campaign },
    );
  });
});

function onlyKilled(cause: unknown): void {
  expect(cause).toBeInstanceOf(Killed);
}

function read(scene: ArchiveScene, name: string): Buffer {
  return readFileSync(scene.path(name));
}
