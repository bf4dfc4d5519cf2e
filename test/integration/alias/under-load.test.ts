import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ReleasedFunction } from '../../support/released-function.ts';
import { runCli } from '../../support/run-cli.ts';

const ROUNDS = 4;
const QUEUE_ARN = 'arn:aws:sqs:us-east-1:000000000000:load';

let released: ReleasedFunction;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cvops-load-'));
  released = await ReleasedFunction.start(1);
});
afterEach(async () => {
  await released.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cvops = (...argv: string[]) => runCli([...argv, '--yes', '--json'], { ...released.host });

/** A version whose runs write down each message that they were given, and which version they are. */
const source = (file: string, number: number) => `// ${number}
import { appendFileSync } from 'node:fs';
const version = process.env.AWS_LAMBDA_FUNCTION_VERSION;
export const handler = async ({ Records = [] }) => {
  for (const { body } of Records) appendFileSync(${JSON.stringify(file)}, body + ' ' + version + '\\n');
};`;

test('while the alias moves back and forth, no invocation fails and each message is processed once', async () => {
  const file = join(folder, 'processed.txt');
  writeFileSync(file, '');
  for (let number = 1; number <= ROUNDS + 1; number++) await released.publishSource(source(file, number));
  await released.foreignMove({ version: '2' });
  const { QueueUrl } = await released.operate('sqs', 'CreateQueue', { QueueName: 'load' });
  await released.operate('lambda', 'CreateEventSourceMapping', {
    EventSourceArn: QUEUE_ARN,
    FunctionName: `${released.name}:live`,
    BatchSize: 1,
  });

  let running = true;
  let sent = 0;
  let invoked = 0;
  const failures: unknown[] = [];
  const send = async () => {
    while (running) {
      const Entries = Array.from({ length: 5 }, (_, index) => ({ Id: `${index}`, MessageBody: `m${sent++}` }));
      await released.operate('sqs', 'SendMessageBatch', { QueueUrl, Entries });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const invoke = async () => {
    while (running) {
      const answer = await released.client
        .send(new InvokeCommand({ FunctionName: released.name, Qualifier: 'live', Payload: Buffer.from('{}') }))
        .catch((cause: unknown) => ({ FunctionError: cause }));
      invoked++;
      if (answer.FunctionError !== undefined) failures.push(answer.FunctionError);
    }
  };
  const load = [send(), invoke(), invoke()];
  const codes: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      codes.push((await cvops('alias', 'promote', 'processor', '--to', String(round + 3), '--no-smoke')).code);
      codes.push((await cvops('alias', 'rollback', 'processor')).code);
    }
  } finally {
    running = false;
    await Promise.all(load);
  }
  expect(codes).toEqual(Array(2 * ROUNDS).fill(0));
  expect(failures).toEqual([]);
  expect(invoked).toBeGreaterThan(0);

  const lines = () => readFileSync(file, 'utf8').split('\n').filter(Boolean);
  await expect.poll(() => lines().length, { timeout: 30_000 }).toBe(sent);
  const ids = lines().map((line) => line.split(' ')[0]);
  expect(new Set(ids).size).toBe(sent);
  // Both the version in the middle and those that came and went took part.
  expect(new Set(lines().map((line) => line.split(' ')[1])).size).toBeGreaterThan(1);
});
