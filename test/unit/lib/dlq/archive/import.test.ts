import { readdirSync, readFileSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImportRecord } from '../../../../../src/lib/dlq/archive/import-record.ts';
import { CvopsError } from '../../../../../src/lib/errors/cvops-error.ts';
import { ExitCode } from '../../../../../src/lib/errors/exit-code.ts';
import { ArchiveScene } from './support.ts';

let scene: ArchiveScene;
beforeEach(() => {
  scene = new ArchiveScene();
});
afterEach(() => scene.end());

/** An archive of `count` messages over `groups` groups, numbered in their order. */
function archive(name: string, count: number, groups: number): void {
  scene.write(
    name,
    Array.from({ length: count }, (_, n) =>
      JSON.stringify({ messageId: `id-${n}`, groupId: `g${n % groups}`, body: `${n}`, fifo: true }),
    ),
  );
}

const arrived = (queue = scene.dead) => scene.stored(queue).map(({ body }) => body);
const sends = () => scene.queues.calls.filter(({ operation }) => operation === 'send').length;
const throwing = (code: string, exitCode: ExitCode = ExitCode.failed) => new CvopsError(code, exitCode, code);
const minutes = (count: number) => count * 60_000;

function records(): ImportRecord[] {
  const folder = scene.path('imports');
  const [name] = readdirSync(folder).filter((each) => each.endsWith('.ndjson'));
  return readFileSync(join(folder, name!), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ImportRecord);
}

describe('import', () => {
  test('sends every message once, in the order of its group, with an id of its own', async () => {
    archive('a', 50, 4);
    const result = await scene.import('a');
    expect(result).toMatchObject({ sent: 50, sentBefore: 0, failed: 0, remaining: 0, stopped: null });
    for (const group of [0, 1, 2, 3]) {
      const own = arrived().filter((body) => Number(body) % 4 === group);
      expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
    }
    expect(scene.stored()[0]?.deduplicationId).toBe('cvops-id-0');
  });

  test('writes the intent before each send and the proof after, in a private file', async () => {
    archive('a', 3, 3);
    let intents = 0;
    scene.queues.faults = {
      before: (operation) => {
        if (operation === 'send') intents = records().filter(({ type }) => type === 'intent').length;
      },
    };
    const { ledger } = await scene.import('a');
    expect(intents).toBe(1);
    expect(records().map(({ type }) => type)).toEqual(['import', 'intent', 'sent', 'end']);
    expect(statSync(ledger).mode & 0o777).toBe(0o600);
  });

  test('a group ends at its first failure, others go on, and the next call sends the rest', async () => {
    archive('a', 12, 2);
    scene.queues.faults = {
      entry: (operation, index) =>
        operation === 'send' && sends() === 3 && index === 1
          ? { code: 'InvalidMessageContents', senderFault: true }
          : undefined,
    };
    const first = await scene.import('a', scene.dead, { concurrency: 1 });
    expect(first).toMatchObject({ sent: 8, failed: 1, blocked: 3, remaining: 4 });
    scene.queues.faults = {};
    const second = await scene.import('a');
    expect(second).toMatchObject({ sent: 12, sentBefore: first.sent, remaining: 0 });
    expect(arrived()).toHaveLength(12);
    for (const group of [0, 1]) {
      const own = arrived().filter((body) => Number(body) % 2 === group);
      expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
    }
  });

  test('an answer that was lost is not sent twice', async () => {
    archive('a', 20, 5);
    let lost = 0;
    scene.queues.faults = {
      after: (operation) => {
        if (operation === 'send' && lost++ % 2 === 0) throw throwing('ConnectionBroken');
      },
    };
    expect(await scene.import('a')).toMatchObject({ sent: 20, remaining: 0 });
    expect(arrived()).toHaveLength(20);
  });

  test('the same file is not sent again, and --again sends all of it', async () => {
    archive('a', 4, 2);
    await scene.import('a');
    await expect(scene.import('a')).rejects.toMatchObject({ code: 'AlreadyImported', exitCode: ExitCode.gate });
    expect(arrived()).toHaveLength(4);
    expect(await scene.import('a', scene.dead, { again: true })).toMatchObject({ sent: 4, suppressed: 0 });
    expect(arrived()).toHaveLength(8);
  });

  test('another file with the same messages is swallowed by the queue within five minutes, and that is told', async () => {
    archive('a', 4, 4);
    archive('b', 3, 4);
    const { ledger } = await scene.import('a');
    const now = scene.clock.now() / 1000;
    utimesSync(ledger, now, now);
    expect(await scene.import('b')).toMatchObject({ sent: 0, suppressed: 3, remaining: 3 });
    expect(arrived()).toHaveLength(4);
    scene.clock.skip(minutes(6));
    expect(await scene.import('b')).toMatchObject({ sent: 3, suppressed: 0 });
  });

  test('another queue takes the same file', async () => {
    archive('a', 4, 2);
    await scene.import('a');
    expect(await scene.import('a', 'live.fifo')).toMatchObject({ sent: 4, sentBefore: 0 });
  });

  test('a line that holds an earlier message again is left out', async () => {
    const line = JSON.stringify({ messageId: 'id-1', groupId: 'g', body: 'a' });
    scene.write('a', [line, line, JSON.stringify({ messageId: 'id-2', groupId: 'g', body: 'a' })]);
    expect(await scene.import('a')).toMatchObject({ sent: 2, remaining: 0 });
    expect(arrived()).toEqual(['a', 'a']);
  });

  test('lines without a message id get one from the file and the line: equal bodies are not swallowed', async () => {
    scene.write('a', ['{"body":"x","groupId":"g"}', '', '{"body":"x","groupId":"g"}']);
    expect(await scene.import('a')).toMatchObject({ sent: 2 });
    expect(arrived()).toEqual(['x', 'x']);
  });

  test('a rate is kept', async () => {
    archive('a', 40, 40);
    const from = scene.clock.now();
    await scene.import('a', scene.dead, { rate: 10 });
    expect(scene.clock.now() - from).toBeGreaterThanOrEqual(3_500);
  });

  test('an interruption finishes what is under way, and the next call goes on', async () => {
    archive('a', 60, 6);
    const stop = new AbortController();
    scene.signal = stop.signal;
    scene.queues.faults = {
      after: (operation) => {
        if (operation === 'send' && sends() === 2) stop.abort();
      },
    };
    const first = await scene.import('a', scene.dead, { concurrency: 1 });
    expect(first.stopped).toMatchObject({ code: 'Interrupted' });
    expect(first.sent).toBe(arrived().length);
    scene.signal = new AbortController().signal;
    expect(await scene.import('a')).toMatchObject({ sent: 60, sentBefore: first.sent });
    expect(arrived()).toHaveLength(60);
  });

  test('a queue that refuses everything stops it, and nothing is taken for sent', async () => {
    archive('a', 30, 3);
    scene.queues.faults = {
      before: (operation) => {
        if (operation === 'send') throw throwing('AccessDenied', ExitCode.setup);
      },
    };
    expect(await scene.import('a')).toMatchObject({ sent: 0, remaining: 30, stopped: { code: 'AccessDenied' } });
    scene.queues.faults = {};
    expect(await scene.import('a')).toMatchObject({ sent: 30 });
  });
});

/** What ends the process: after it no call does anything any more. */
class Killed extends Error {}

describe('an import that was killed', () => {
  /** Kills the import at the send number `at`, before it or after it was done. */
  async function killed(at: number, done: boolean): Promise<void> {
    const kill = (operation: string) => {
      if (operation === 'send' && sends() >= at) throw new Killed();
    };
    scene.queues.faults = done ? { after: kill } : { before: kill };
    await expect(scene.import('a', scene.dead, { concurrency: 1 })).rejects.toThrow(Killed);
    scene.queues.faults = {};
  }

  test.each([
    [1, false],
    [1, true],
    [3, false],
    [3, true],
  ])('at send %i (done: %s) goes on within five minutes without a twin', async (at, done) => {
    archive('a', 20, 2);
    await killed(at, done);
    expect(await scene.import('a')).toMatchObject({ sent: 20, remaining: 0, uncertain: 0 });
    expect(arrived()).toHaveLength(20);
    for (const group of [0, 1]) {
      const own = arrived().filter((body) => Number(body) % 2 === group);
      expect(own).toEqual([...own].sort((a, b) => Number(a) - Number(b)));
    }
  });

  test('later, what it may have sent is left with the rest of its group, until somebody says to send it', async () => {
    archive('a', 20, 2);
    await killed(3, true);
    scene.clock.skip(minutes(6));
    const second = await scene.import('a');
    expect(second.uncertain).toBeGreaterThan(0);
    expect(new Set(arrived()).size).toBe(arrived().length);
    expect(second.sent + second.uncertain + second.blocked).toBe(20);
    const third = await scene.import('a', scene.dead, { resendUncertain: true });
    expect(third).toMatchObject({ sent: 20, remaining: 0 });
    expect(new Set(arrived()).size).toBe(20);
  });

  test('an uncertain message that cannot be sent now stays uncertain', async () => {
    archive('a', 4, 1);
    await killed(2, true);
    scene.queues.faults = {
      before: (operation) => {
        if (operation === 'send') throw throwing('ThrottlingException');
      },
    };
    await scene.import('a');
    scene.queues.faults = {};
    scene.clock.skip(minutes(6));
    expect(await scene.import('a')).toMatchObject({ uncertain: 1, sent: 1 });
    expect(arrived()).toEqual(['0', '1']);
  });

  test('on a standard queue it sends again what it may have sent, and counts it', async () => {
    scene.end();
    scene = new ArchiveScene(false);
    scene.write(
      'a',
      Array.from({ length: 30 }, (_, n) => JSON.stringify({ messageId: `id-${n}`, body: `${n}` })),
    );
    await killed(2, true);
    const second = await scene.import('a');
    expect(second).toMatchObject({ sent: 30, remaining: 0, possibleTwins: 10 });
    expect(new Set(arrived()).size).toBe(30);
  });

  test('in the middle of a ledger line goes on from the line before', async () => {
    archive('a', 20, 2);
    await killed(3, false);
    const folder = scene.path('imports');
    const [name] = readdirSync(folder).filter((each) => each.endsWith('.ndjson'));
    truncateSync(join(folder, name!), statSync(join(folder, name!)).size - 5);
    expect(await scene.import('a')).toMatchObject({ sent: 20 });
    expect(arrived()).toHaveLength(20);
    expect(() => records()).not.toThrow();
  });
});

describe('before anything is sent', () => {
  const refused = async (lines: readonly string[], to = scene.dead) => {
    scene.write('a', lines);
    const error = await scene.import('a', to).catch((cause: unknown) => cause);
    expect(sends()).toBe(0);
    return error;
  };
  const good = '{"messageId":"id-1","groupId":"g","body":"a"}';

  test('the whole file is checked: the line and the field are named, and how many more', async () => {
    const error = await refused([good, '{"groupId":"g","body":7}', good, 'oops', '{}']);
    expect(error).toMatchObject({ code: 'InvalidArchive', exitCode: ExitCode.failed });
    expect((error as Error).message).toContain('line 2: "body" is not text (and 2 more lines)');
  });

  test.each([
    ['an empty body', '{"groupId":"g","body":""}', '"body" is empty'],
    ['a character outside XML', '{"groupId":"g","body":"ab\\u0001"}', '"body" has the character U+0001 at 3'],
    ['a lone surrogate', '{"groupId":"g","body":"\\ud800"}', '"body" has the character U+D800 at 1'],
    ['U+FFFE', '{"groupId":"g","body":"\ufffe"}', 'U+FFFE'],
    ['no group', '{"body":"a"}', '"groupId" is missing'],
    ['a group with a blank', '{"groupId":"a b","body":"a"}', '"groupId" is no message group id'],
    [
      'a reserved name',
      '{"groupId":"g","body":"a","attributes":{"AWS.x":{"type":"String","string":"a"}}}',
      '"attributes.AWS.x"',
    ],
    [
      'an unknown type',
      '{"groupId":"g","body":"a","attributes":{"x":{"type":"Text","string":"a"}}}',
      '"attributes.x.type"',
    ],
    [
      'a number that is none',
      '{"groupId":"g","body":"a","attributes":{"x":{"type":"Number.int","string":"a"}}}',
      'is no number',
    ],
    ['an empty value', '{"groupId":"g","body":"a","attributes":{"x":{"type":"String","string":""}}}', 'is empty'],
    [
      'binary as text',
      '{"groupId":"g","body":"a","attributes":{"x":{"type":"Binary","string":"a"}}}',
      'the value is text',
    ],
    [
      'eleven attributes',
      JSON.stringify({
        groupId: 'g',
        body: 'a',
        attributes: Object.fromEntries(
          Array.from({ length: 11 }, (_, n) => [`n${n}`, { type: 'String', string: 'a' }]),
        ),
      }),
      'holds 11',
    ],
  ])('what SQS would refuse is told: %s', async (_, line, why) => {
    expect((await refused([good, line])) as Error).toMatchObject({
      code: 'InvalidArchive',
      message: expect.stringContaining(why),
    });
  });

  test('a message that is too large for this queue', async () => {
    scene.queues.create(scene.dead, { maximumMessageSize: 1_024 });
    const error = await refused([JSON.stringify({ groupId: 'g', body: 'ü'.repeat(600) })]);
    expect((error as Error).message).toContain('makes 1200 bytes, and dead.fifo takes 1024');
  });

  test('a queue of the other type', async () => {
    scene.queues.create('plain');
    const error = await refused(['{"fifo":true,"groupId":"g","body":"a"}'], 'plain');
    expect(error).toMatchObject({ code: 'WrongQueueType', exitCode: ExitCode.usage });
  });

  test('an id twice with different content', async () => {
    expect(((await refused([good, good.replace('"a"', '"b"')])) as Error).message).toContain('line 2: "messageId"');
  });

  test('a ledger that is damaged in the middle', async () => {
    archive('a', 4, 2);
    const { ledger } = await scene.import('a');
    const text = readFileSync(ledger, 'utf8').replace('"intent"', '"inte');
    scene.write(ledger.slice(scene.folder.length + 1), text.split('\n').slice(0, -1));
    await expect(scene.import('a')).rejects.toMatchObject({ code: 'LedgerDamaged' });
    expect(arrived()).toHaveLength(4);
  });
});
