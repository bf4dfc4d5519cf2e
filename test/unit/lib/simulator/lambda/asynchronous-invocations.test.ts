import {
  InvokeCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive, LambdaUnderTest } from '../../../../conformance/recorded/lambda/lambda-under-test.ts';

const PRINTS_AND_FAILS = archive(`export const handler = async (event, context) => {
  process.stdout.write(JSON.stringify({ event, at: Date.now(), id: context.awsRequestId }) + '\\n');
  if (event.fails) throw new Error('failed');
};`);

describe('an asynchronous invocation', () => {
  let lambda: LambdaUnderTest;
  let fn: string;
  let start: number;
  beforeEach(async () => {
    lambda = await LambdaUnderTest.start();
    fn = await lambda.createRunning(PRINTS_AND_FAILS);
    start = lambda.simulator.clock.now();
  });
  afterEach(() => lambda.close());

  const send = (event: unknown) =>
    lambda.client.send(
      new InvokeCommand({ FunctionName: fn, InvocationType: 'Event', Payload: JSON.stringify(event) }),
    );
  /** Seconds after the start at which the handler ran, and under which request ids. */
  async function runs() {
    const printed = (await lambda.printed(fn)) as { at: number; id: string }[];
    return { seconds: printed.map(({ at }) => (at - start) / 1000), ids: new Set(printed.map(({ id }) => id)) };
  }

  it('is answered with 202 and runs once when it succeeds', async () => {
    expect(await send({})).toMatchObject({ StatusCode: 202 });
    await lambda.pass(3600);
    expect((await runs()).seconds).toEqual([0]);
  });

  it('is tried again after one minute and two more, under one request id, and then dropped', async () => {
    await send({ fails: true });
    await lambda.pass(7 * 3600);
    const { seconds, ids } = await runs();
    expect(seconds).toEqual([0, 60, 180]);
    expect(ids.size).toBe(1);
  });

  it('is tried as often as the function says', async () => {
    await lambda.client.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: fn, MaximumRetryAttempts: 1 }));
    await send({ fails: true });
    await lambda.pass(3600);
    expect((await runs()).seconds).toEqual([0, 60]);
  });

  it('waits, backing off, while the function is throttled', async () => {
    const reserve = (ReservedConcurrentExecutions: number) =>
      lambda.client.send(new PutFunctionConcurrencyCommand({ FunctionName: fn, ReservedConcurrentExecutions }));
    await reserve(0);
    await send({});
    await lambda.pass(5);
    await reserve(5);
    await lambda.pass(60);
    // Attempts at 0, 1, 3 and 7 seconds.
    expect((await runs()).seconds).toEqual([7]);
  });

  it('comes from alarms, schedules and topics through the port', async () => {
    const arn = `arn:aws:lambda:us-east-1:111111111111:function:${fn}`;
    lambda.simulator.region('us-east-1').functions.invokeAsync(arn, { from: 'a schedule' });
    await lambda.pass();
    expect(await lambda.printed(fn)).toMatchObject([{ event: { from: 'a schedule' } }]);
  });

  it('to a function that is not there does nothing', async () => {
    const { functions, clock } = lambda.simulator.region('us-east-1');
    functions.invokeAsync('arn:aws:lambda:us-east-1:111111111111:function:nobody', {});
    await expect(clock.track(Promise.resolve('still here'))).resolves.toBe('still here');
    await lambda.pass(60);
  });
});
