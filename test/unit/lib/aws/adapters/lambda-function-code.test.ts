import { DeleteFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { LambdaFunctionCode } from '../../../../../src/lib/aws/adapters/lambda-function-code.ts';
import { type PublishedVersion, publishedVersion } from '../../../../../src/lib/aws/ports/function-code.ts';

const lambda = mockClient(LambdaClient);
afterAll(() => lambda.restore());
let code: LambdaFunctionCode;
beforeEach(() => {
  lambda.reset();
  lambda.on(DeleteFunctionCommand).resolves({});
  code = new LambdaFunctionCode({
    options: { region: 'us-east-1', maxAttempts: 1, customUserAgent: 'test' },
    observe() {},
    now: Date.now,
  });
});

const deletes = () => lambda.commandCalls(DeleteFunctionCommand).map((call) => call.args[0].input);
const NO_VERSIONS = ['', '0', '01', '-1', '1.0', '1e3', ' 3', '3 ', '3\n', '$LATEST', 'live', '*', 'undefined'];

describe('deleting a version can never delete the function', () => {
  test.each(NO_VERSIONS)('%j is no published version', (text) => {
    expect(publishedVersion(text)).toBeUndefined();
  });

  test.each([...NO_VERSIONS, undefined, null])('%j is not sent even when a caller casts it', async (text) => {
    await expect(code.deleteVersion('f', text as unknown as PublishedVersion)).rejects.toThrow('refusing to delete');
    expect(deletes()).toEqual([]);
  });

  test.each(['', 'f:3', 'f:live', 'arn:aws:lambda:us-east-1:111122223333:function:f', 'f '])(
    'nor with %j as the function, which could carry a qualifier of its own',
    async (name) => {
      await expect(code.deleteVersion(name, publishedVersion('3')!)).rejects.toThrow('refusing to delete');
      expect(deletes()).toEqual([]);
    },
  );

  test('a proven number is sent as the qualifier', async () => {
    await code.deleteVersion('f', publishedVersion('30')!);
    expect(deletes()).toEqual([{ FunctionName: 'f', Qualifier: '30' }]);
  });

  test('a version that an alias holds is told as such', async () => {
    const held = Object.assign(
      new Error('Unable to delete version because the following aliases reference it: [live]'),
      {
        name: 'ResourceConflictException',
        $fault: 'client',
      },
    );
    lambda.on(DeleteFunctionCommand).rejects(held);
    await expect(code.deleteVersion('f', publishedVersion('3')!)).rejects.toMatchObject({
      code: 'VersionInUse',
      message: expect.stringContaining('[live]'),
    });
  });
});
