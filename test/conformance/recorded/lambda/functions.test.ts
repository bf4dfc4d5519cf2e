import { createHash } from 'node:crypto';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  type FunctionConfiguration,
  GetFunctionCodeSigningConfigCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  InvokeCommand,
  ListFunctionsCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, recordedCase } from '../recorded-case.ts';
import {
  ACTIVE,
  configuration,
  functionArn,
  got,
  invalidParameter,
  listed,
  notFound,
  OTHER,
  PENDING,
  runtime,
  status,
  UPDATING,
  userError,
  validation,
} from './expected.ts';
import { LambdaUnderTest, OTHER_CODE, ROLE, SOME_CODE } from './lambda-under-test.ts';

const FIXTURE = { Handler: 'handler.handler', Environment: { Variables: {} }, Timeout: 30 };
const RUNTIMES =
  'nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2';
const INVALID_ROLE = validation(
  "Value 'r1' at 'role' failed to satisfy constraint: Member must satisfy regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
);
const unknownRuntime = (name: string) =>
  invalidParameter(
    `Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${RUNTIMES}] or be a valid ARN`,
  );
const NOT_MATCHING = invalidParameter(
  'The derived qualifier from the function name does not match the specified qualifier.',
);

describe('functions, as AWS answered', () => {
  let lambda: LambdaUnderTest;
  beforeAll(async () => {
    lambda = await LambdaUnderTest.start();
  });
  afterAll(() => lambda.close());

  const configure = (FunctionName: string, more: object) =>
    lambda.client.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }));
  const updateCode = (FunctionName: string, ZipFile: Uint8Array) =>
    lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile }));
  const remove = (FunctionName: string, Qualifier?: string) =>
    lambda.client.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
  /** CreateFunction that is expected to fail. */
  const attempt = (more: Partial<CreateFunctionCommandInput>) =>
    answerOf(
      lambda.client.send(
        new CreateFunctionCommand({
          FunctionName: 'refused',
          Handler: 'index.handler',
          Code: { ZipFile: SOME_CODE },
          PackageType: 'Zip',
          Role: ROLE,
          Runtime: 'python3.12',
          ...more,
        }),
      ),
    );

  const commands = {
    delete_function: DeleteFunctionCommand,
    get_function: GetFunctionCommand,
    get_function_code_signing_config: GetFunctionCodeSigningConfigCommand,
    get_function_concurrency: GetFunctionConcurrencyCommand,
    get_function_configuration: GetFunctionConfigurationCommand,
    get_function_event_invoke_config: GetFunctionEventInvokeConfigCommand,
    get_function_url_config: GetFunctionUrlConfigCommand,
    invoke: InvokeCommand,
  } as const;
  const call = (name: keyof typeof commands, FunctionName: string, Qualifier?: string) => {
    const Command = commands[name] as typeof GetFunctionCommand;
    return answerOf(lambda.client.send(new Command({ FunctionName, Qualifier })));
  };

  it('test_create_lambda_exceptions', async () => {
    const recorded = recordedCase();
    recorded.expectAnswer(await attempt({ Role: 'r1' }), INVALID_ROLE);
    recorded.expectAnswer(
      await attempt({ Runtime: 'non-existent-runtime' as 'python3.9' }),
      unknownRuntime('non-existent-runtime'),
    );
    recorded.expectAnswer(await attempt({ Runtime: 'PYTHON3.9' as 'python3.9' }), unknownRuntime('PYTHON3.9'));
    recorded.expectAnswer(
      await attempt({ Architectures: ['x86_64', 'arm64'] }),
      validation(
        "Value '[x86_64, arm64]' at 'architectures' failed to satisfy constraint: Member must have length less than or equal to 1",
      ),
    );
    recorded.expectAnswer(
      await attempt({ Architectures: ['X86_64' as 'x86_64'] }),
      validation(
        "Value '[X86_64]' at 'architectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
      ),
    );
    recorded.expectAnswer(
      await attempt({ Code: { ZipFile: new TextEncoder().encode('anything but an archive') } }),
      invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.'),
    );
  });

  it('test_update_lambda_exceptions', async () => {
    const recorded = recordedCase();
    const fn = (await lambda.create()).FunctionName!;
    recorded.expectAnswer(await answerOf(configure(fn, { Role: 'r1' })), INVALID_ROLE);
    recorded.expectAnswer(
      await answerOf(configure(fn, { Runtime: 'non-existent-runtime' })),
      unknownRuntime('non-existent-runtime'),
    );
    recorded.expectAnswer(await answerOf(configure(fn, { Runtime: 'PYTHON3.9' })), unknownRuntime('PYTHON3.9'));
  });

  it('test_delete_on_nonexisting_version', async () => {
    const recorded = recordedCase();
    const fn = (await lambda.create()).FunctionName!;
    await remove(fn, '1233');
    await remove(fn, '1233');
    await remove(fn);
    const gone = notFound(`Function not found: ${functionArn('<fn-name>')}`);
    recorded.expectAnswer(await answerOf(remove(fn)), gone);
    recorded.expectAnswer(await answerOf(remove(fn, '1233')), gone);
  });

  it('test_function_arns', async () => {
    const recorded = recordedCase();
    const [byArn, byPart] = [lambda.name(), lambda.name()];
    const created = (n: number, members: object = {}) =>
      configuration({
        ...FIXTURE,
        ...PENDING,
        FunctionArn: functionArn(`<function-name:${n}>`),
        FunctionName: `<function-name:${n}>`,
        LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/<function-name:${n}>` },
        RevisionId: `<uuid:${n}>`,
        ...members,
        ...status(201),
      });
    const arn = `arn:aws:lambda:us-east-1:111111111111:function:${byArn}`;
    recorded.expectAnswer(await lambda.create({ ...FIXTURE, FunctionName: arn }), created(1));
    const part = { ...FIXTURE, FunctionName: `111111111111:function:${byPart}`, Code: { ZipFile: OTHER_CODE } };
    recorded.expectAnswer(await lambda.create(part), created(2, OTHER));

    recorded.expectAnswer(
      await attempt({ FunctionName: 'invalid:function:name' }),
      validation(
        "Value 'invalid:function:name' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?",
      ),
    );
    const long = 'a'.repeat(65);
    recorded.expectAnswer(
      await attempt({ FunctionName: long }),
      invalidParameter(
        `1 validation error detected: Value '${long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
      ),
    );
    const start = 'arn:aws:lambda:us-east-1:111111111111:function:';
    recorded.expectAnswer(
      await attempt({ FunctionName: start + 'a'.repeat(141 - start.length) }),
      validation(
        `Value '${functionArn('<long-name>')}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 140`,
      ),
    );
    recorded.expectAnswer(
      await attempt({ FunctionName: 'arn:aws:lambda:ap-southeast-1:111111111111:function:elsewhere' }),
      notFound("Functions from 'ap-southeast-1' are not reachable in this region ('<region>')"),
    );
    // AWS sends no text with this one, and the SDK puts one of its own in its place.
    const foreign = (await attempt({
      FunctionName: 'arn:aws:lambda:us-east-1:123456789012:function:elsewhere',
    })) as Error & { $metadata: unknown; Message: unknown };
    expect(foreign).toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
    expect(foreign).not.toHaveProperty('Type');
  });

  it('test_function_lifecycle', async () => {
    const recorded = recordedCase();
    const base = { ...FIXTURE, MemorySize: 256, Timeout: 5 };
    const created = await lambda.create(base);
    const revision = (n: number) => ({ RevisionId: `<uuid:${n}>` });
    recorded.expectAnswer(created, configuration({ ...base, ...PENDING, ...revision(1), ...status(201) }));
    const fn = created.FunctionName!;
    recorded.expectAnswer(await lambda.get(fn), got(configuration({ ...base, ...ACTIVE, ...revision(2) })));

    const change = {
      Runtime: 'python3.11',
      Description: 'Changed-Description',
      MemorySize: 512,
      Timeout: 10,
      Environment: { Variables: { ENV_A: 'a' } },
    };
    const changed = { ...base, ...change, RuntimeVersionConfig: runtime(3) };
    recorded.expectAnswer(
      await configure(fn, change),
      configuration({ ...changed, ...UPDATING, ...revision(3), ...status(200) }),
    );
    await lambda.pass();
    recorded.expectAnswer(await lambda.get(fn), got(configuration({ ...changed, ...ACTIVE, ...revision(4) })));
    recorded.expectAnswer(
      await updateCode(fn, OTHER_CODE),
      configuration({ ...changed, ...OTHER, ...UPDATING, ...revision(5), ...status(200) }),
    );
    await lambda.pass();
    recorded.expectAnswer(
      await lambda.get(fn),
      got(configuration({ ...changed, ...OTHER, ...ACTIVE, ...revision(6) })),
    );
    recorded.expectAnswer(await remove(fn), { StatusCode: 204, ...status(204) });
    recorded.expectAnswer(await answerOf(remove(fn)), notFound(`Function not found: ${functionArn()}`));
  });

  it.each(Object.keys(commands) as (keyof typeof commands)[])('test_get_function_wrong_region[%s]', async (name) => {
    const arn = 'arn:aws:lambda:eu-central-1:111111111111:function:elsewhere';
    recordedCase().expectAnswer(
      await call(name, arn),
      notFound("Functions from 'eu-central-1' are not reachable in this region ('<region>')"),
    );
  });

  it('test_invalid_invoke', async () => {
    const name = 'arn:aws:lambda:us-east-1:123400000000@function:myfn';
    recordedCase().expectAnswer(
      await call('invoke', name),
      validation(
        "Value 'arn:<partition>:lambda:<region>:123400000000@function:myfn' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
      ),
    );
  });

  it('test_lambda_code_location_zipfile', async () => {
    const recorded = recordedCase();
    const created = await lambda.create();
    recorded.expectAnswer(created, configuration({ ...PENDING, RevisionId: '<uuid:1>', ...status(201) }));
    const fn = created.FunctionName!;
    const first = await lambda.get(fn);
    recorded.expectAnswer(first, got(configuration({ ...ACTIVE, RevisionId: '<uuid:2>' })));
    await expectArchive(first.Code!.Location!, first.Configuration!, SOME_CODE);

    const updating = configuration({ ...OTHER, ...UPDATING, RevisionId: '<uuid:3>' });
    recorded.expectAnswer(await updateCode(fn, OTHER_CODE), { ...updating, ...status(200) });
    const second = await lambda.get(fn);
    recorded.expectAnswer(second, got(updating));
    await expectArchive(second.Code!.Location!, second.Configuration!, OTHER_CODE);
  });

  /** The archive behind a location is the one that was sent, and size and digest are its own. */
  async function expectArchive(location: string, described: FunctionConfiguration, sent: Uint8Array) {
    const served = new Uint8Array(await (await fetch(location)).arrayBuffer());
    expect(served).toEqual(sent);
    expect(described).toMatchObject({
      CodeSha256: createHash('sha256').update(sent).digest('base64'),
      CodeSize: sent.length,
    });
  }

  const IN_PROGRESS = userError(
    409,
    'ResourceConflictException',
    `The operation cannot be performed at this time. An update is in progress for resource: ${functionArn()}`,
  );

  it('test_lambda_concurrent_code_updates', async () => {
    const recorded = recordedCase();
    const created = await lambda.create({ Handler: 'handler.handler' });
    recorded.expectAnswer(
      created,
      configuration({ Handler: 'handler.handler', ...PENDING, RevisionId: '<uuid:1>', ...status(201) }),
    );
    await updateCode(created.FunctionName!, OTHER_CODE);
    recorded.expectAnswer(await answerOf(updateCode(created.FunctionName!, SOME_CODE)), IN_PROGRESS);
  });

  it('test_lambda_concurrent_config_updates', async () => {
    const recorded = recordedCase();
    const created = await lambda.create(FIXTURE);
    recorded.expectAnswer(created, configuration({ ...FIXTURE, ...PENDING, RevisionId: '<uuid:1>', ...status(201) }));
    const fn = created.FunctionName!;
    await configure(fn, { Environment: { Variables: { TEST: 'TEST1' } } });
    recorded.expectAnswer(
      await answerOf(configure(fn, { Environment: { Variables: { TEST: 'TEST2' } } })),
      IN_PROGRESS,
    );
  });

  it('test_list_functions', async () => {
    const fresh = await LambdaUnderTest.start();
    try {
      const recorded = recordedCase();
      const named = (n: number) => ({
        ...FIXTURE,
        FunctionName: `<function-name:${n}>`,
        LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/<function-name:${n}>` },
        ...(n === 2 && OTHER),
      });
      recorded.expectAnswer(
        await fresh.create({ ...FIXTURE, Publish: true }),
        configuration({ ...named(1), ...PENDING, Version: '1', RevisionId: '<uuid:1>', ...status(201) }),
      );
      recorded.expectAnswer(
        await fresh.create({ ...FIXTURE, Code: { ZipFile: OTHER_CODE } }),
        configuration({
          ...named(2),
          ...PENDING,
          FunctionArn: functionArn('<function-name:2>'),
          RevisionId: '<uuid:2>',
          ...status(201),
        }),
      );
      recorded.expectAnswer(
        await answerOf(fresh.client.send(new ListFunctionsCommand({ FunctionVersion: 'invalid' as 'ALL' }))),
        validation(
          "Value 'invalid' at 'functionVersion' failed to satisfy constraint: Member must satisfy enum value set: [ALL]",
        ),
      );
      const pages = async (FunctionVersion?: 'ALL') => {
        const Functions: FunctionConfiguration[] = [];
        let Marker: string | undefined;
        do {
          const page = await fresh.client.send(new ListFunctionsCommand({ FunctionVersion, MaxItems: 1, Marker }));
          expect(page.Functions).toHaveLength(1);
          Functions.push(...page.Functions!);
          Marker = page.NextMarker;
        } while (Marker !== undefined);
        return { Functions };
      };
      const entry = (n: number, qualifier: string, revision: number, members: object = {}) =>
        listed({
          ...named(n),
          FunctionArn: functionArn(`<function-name:${n}>${qualifier}`),
          RevisionId: `<uuid:${revision}>`,
          ...members,
        });
      recorded.expectAnswer(await pages('ALL'), {
        Functions: [entry(1, ':$LATEST', 3), entry(1, ':1', 4, { Version: '1' }), entry(2, ':$LATEST', 5)],
      });
      recorded.expectAnswer(await pages(), { Functions: [entry(1, '', 3), entry(2, '', 5)] });
    } finally {
      await fresh.close();
    }
  });

  it.each([
    'delete_function',
    'get_function',
    'get_function_code_signing_config',
    'get_function_concurrency',
    'get_function_configuration',
  ] as const)('test_ops_on_nonexisting_fn[%s]', async (name) => {
    recordedCase().expectAnswer(
      await call(name, 'i-dont-exist'),
      notFound(`Function not found: ${functionArn('<nonexisting-fn-name>')}`),
    );
  });

  it('test_ops_on_nonexisting_fn[get_function_event_invoke_config]', async () => {
    recordedCase().expectAnswer(
      await call('get_function_event_invoke_config', 'i-dont-exist'),
      notFound(`The function ${functionArn('<nonexisting-fn-name>')}:$LATEST doesn't have an EventInvokeConfig`),
    );
  });

  it('test_ops_on_nonexisting_fn[get_function_url_config]', async () => {
    recordedCase().expectAnswer(
      await call('get_function_url_config', 'i-dont-exist'),
      notFound('The resource you requested does not exist.'),
    );
  });

  it.each(['get_function', 'get_function_configuration'] as const)(
    'test_ops_on_nonexisting_version[%s]',
    async (name) => {
      const fn = (await lambda.create(FIXTURE)).FunctionName!;
      recordedCase().expectAnswer(
        await call(name, fn, '1221'),
        notFound(`Function not found: ${functionArn('<fn-name>:1221')}`),
      );
    },
  );

  it('test_ops_on_nonexisting_version[get_function_event_invoke_config]', async () => {
    const fn = (await lambda.create(FIXTURE)).FunctionName!;
    recordedCase().expectAnswer(
      await call('get_function_event_invoke_config', fn, '1221'),
      notFound(`The function ${functionArn('<fn-name>:1221')} doesn't have an EventInvokeConfig`),
    );
  });

  const SOME_ARN = 'arn:aws:lambda:us-east-1:111111111111:function:some-function';

  it('test_ops_with_arn_qualifier_mismatch[delete_function]', async () => {
    const recorded = recordedCase();
    recorded.expectAnswer(await call('delete_function', `${SOME_ARN}:1`, '$LATEST'), NOT_MATCHING);
    recorded.expectAnswer(
      await call('delete_function', `${SOME_ARN}:$LATEST`, '$LATEST'),
      invalidParameter('$LATEST version cannot be deleted without deleting the function.'),
    );
  });

  it.each(['get_function', 'get_function_configuration'] as const)(
    'test_ops_with_arn_qualifier_mismatch[%s]',
    async (name) => {
      const recorded = recordedCase();
      recorded.expectAnswer(await call(name, `${SOME_ARN}:1`, '$LATEST'), NOT_MATCHING);
      recorded.expectAnswer(
        await call(name, `${SOME_ARN}:$LATEST`, '$LATEST'),
        notFound(`Function not found: ${functionArn('some-function:$LATEST')}`),
      );
    },
  );

  it('test_redundant_updates', async () => {
    const recorded = recordedCase();
    const revision = (n: number) => ({ RevisionId: `<uuid:${n}>` });
    const created = await lambda.create({ ...FIXTURE, Description: 'Initial description' });
    recorded.expectAnswer(
      created,
      configuration({
        ...FIXTURE,
        Description: 'Initial description',
        ...PENDING,
        ...revision(1),
        ...status(201),
      }),
    );
    const fn = created.FunctionName!;
    const base = { ...FIXTURE, Description: '1st update description' };
    const update = () => configure(fn, { Description: '1st update description' });
    recorded.expectAnswer(await update(), configuration({ ...base, ...UPDATING, ...revision(2), ...status(200) }));
    await lambda.pass();
    const done = configuration({ ...base, ...ACTIVE, ...revision(3) });
    recorded.expectAnswer(await call('get_function_configuration', fn), { ...done, ...status(200) });
    recorded.expectAnswer(await lambda.get(fn), got(done));
    recorded.expectAnswer(await update(), configuration({ ...base, ...UPDATING, ...revision(4), ...status(200) }));
    await lambda.pass();
    recorded.expectAnswer(await lambda.get(fn), got(configuration({ ...base, ...ACTIVE, ...revision(5) })));
  });
});
