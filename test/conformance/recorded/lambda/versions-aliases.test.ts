import {
  AddPermissionCommand,
  CreateAliasCommand,
  type CreateAliasCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, type RecordedCase, recordedCase } from '../recorded-case.ts';
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
  STALE_REVISION,
  status,
  UPDATING,
  userError,
  validation,
} from './expected.ts';
import { LambdaUnderTest, OTHER_CODE, SOME_CODE } from './lambda-under-test.ts';

const STAGING = { Environment: { Variables: { testenv: 'staging' } } };
const PROD = { Environment: { Variables: { testenv: 'prod' } } };
const EMPTY = { Environment: { Variables: {} } };
const version = (number: string) => ({ FunctionArn: functionArn(`<function-name:1>:${number}`), Version: number });
const latest = (revision: number, members: object = {}) => ({
  ...members,
  RevisionId: `<uuid:${revision}>`,
});

describe('versions and aliases, as AWS answered', () => {
  let lambda: LambdaUnderTest;
  beforeAll(async () => {
    lambda = await LambdaUnderTest.start();
  });
  afterAll(() => lambda.close());

  const publish = (FunctionName: string, more: object = {}) =>
    lambda.client.send(new PublishVersionCommand({ FunctionName, ...more }));
  const listVersions = (FunctionName: string) =>
    lambda.client.send(new ListVersionsByFunctionCommand({ FunctionName }));
  const createAlias = (input: CreateAliasCommandInput) => lambda.client.send(new CreateAliasCommand(input));
  const getAlias = (FunctionName: string, Name: string) =>
    lambda.client.send(new GetAliasCommand({ FunctionName, Name }));
  const updateAlias = (FunctionName: string, Name: string, more: object = {}) =>
    lambda.client.send(new UpdateAliasCommand({ FunctionName, Name, ...more }));
  const listAliases = (FunctionName: string, more: object = {}) =>
    lambda.client.send(new ListAliasesCommand({ FunctionName, ...more }));
  const configure = (FunctionName: string, more: object) =>
    lambda.client.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }));

  /** The recorded function of the alias cases, and the answer to its creation. */
  async function stagingFunction(recorded: RecordedCase): Promise<string> {
    const created = await lambda.create(STAGING);
    recorded.expectAnswer(created, configuration({ ...STAGING, ...PENDING, RevisionId: '<uuid:1>', ...status(201) }));
    return created.FunctionName!;
  }

  const alias = (name: string, number: string, revision: number, members: object = {}) => ({
    AliasArn: functionArn(`<function-name:1>:${name}`),
    Description: 'custom-alias',
    FunctionVersion: number,
    Name: name,
    RevisionId: `<uuid:${revision}>`,
    ...members,
  });

  it('test_alias_lifecycle', async () => {
    const recorded = recordedCase();
    const fn = await stagingFunction(recorded);
    const first = configuration({ ...STAGING, ...ACTIVE, ...version('1'), RevisionId: '<uuid:2>' });
    recorded.expectAnswer(await publish(fn), { ...first, ...status(201) });
    await lambda.setEnvironment(fn, PROD.Environment.Variables);
    recorded.expectAnswer(
      await publish(fn),
      configuration({ ...PROD, ...ACTIVE, ...version('2'), RevisionId: '<uuid:3>', ...status(201) }),
    );

    const Description = 'custom-alias';
    const split = { RoutingConfig: { AdditionalVersionWeights: { '2': 0.2 } } };
    const one = alias('aliasname1_1', '1', 4, split);
    const input = { FunctionName: fn, FunctionVersion: '1' };
    const created = await createAlias({ ...input, Name: 'aliasname1_1', Description, ...split });
    recorded.expectAnswer(created, { ...one, ...status(201) });
    recorded.expectAnswer(await getAlias(fn, 'aliasname1_1'), { ...one, ...status(200) });
    const throughAlias = got({ ...first, FunctionArn: functionArn('<function-name:1>:aliasname1_1') });
    recorded.expectAnswer(await lambda.get(fn, 'aliasname1_1'), throughAlias);
    recorded.expectAnswer(await lambda.get(created.AliasArn!), throughAlias);
    const missing = notFound(`Function not found: ${functionArn('<function-name:1>:aliasdoesnotexist')}`);
    recorded.expectAnswer(await answerOf(lambda.get(fn, 'aliasdoesnotexist')), missing);
    const missingArn = created.AliasArn!.replace('aliasname1_1', 'aliasdoesnotexist');
    recorded.expectAnswer(await answerOf(lambda.get(missingArn)), missing);

    const two = alias('aliasname1_2', '1', 5);
    const three = alias('aliasname1_3', '1', 6, { Description: '' });
    const four = alias('aliasname2', '2', 7);
    recorded.expectAnswer(await createAlias({ ...input, Name: 'aliasname1_2', Description }), {
      ...two,
      ...status(201),
    });
    recorded.expectAnswer(await getAlias(fn, 'aliasname1_2'), { ...two, ...status(200) });
    recorded.expectAnswer(await createAlias({ ...input, Name: 'aliasname1_3' }), { ...three, ...status(201) });
    recorded.expectAnswer(await getAlias(fn, 'aliasname1_3'), { ...three, ...status(200) });
    recorded.expectAnswer(await createAlias({ ...input, FunctionVersion: '2', Name: 'aliasname2', Description }), {
      ...four,
      ...status(201),
    });
    recorded.expectAnswer(await getAlias(fn, 'aliasname2'), { ...four, ...status(200) });

    const paged: unknown[] = [];
    let Marker: string | undefined;
    do {
      const page = await listAliases(fn, { MaxItems: 1, Marker });
      expect(page.Aliases).toHaveLength(1);
      paged.push(...page.Aliases!);
      Marker = page.NextMarker;
    } while (Marker !== undefined);
    recorded.expectAnswer({ Aliases: paged }, { Aliases: [one, two, three, four] });

    const oneLater = alias('aliasname1_1', '1', 8);
    const cleared = await updateAlias(fn, 'aliasname1_1', { RoutingConfig: { AdditionalVersionWeights: {} } });
    recorded.expectAnswer(cleared, { ...oneLater, ...status(200) });
    recorded.expectAnswer(await getAlias(fn, 'aliasname1_1'), { ...oneLater, ...status(200) });
    recorded.expectAnswer(await listAliases(fn), { Aliases: [oneLater, two, three, four], ...status(200) });
    const twoLater = alias('aliasname1_2', '1', 9);
    recorded.expectAnswer(await updateAlias(fn, 'aliasname1_2'), { ...twoLater, ...status(200) });
    recorded.expectAnswer(await getAlias(fn, 'aliasname1_2'), { ...twoLater, ...status(200) });
    recorded.expectAnswer(await listAliases(fn), { Aliases: [oneLater, twoLater, three, four], ...status(200) });
    recorded.expectAnswer(await listAliases(fn, { FunctionVersion: '1' }), {
      Aliases: [oneLater, twoLater, three],
      ...status(200),
    });

    const deleted = await lambda.client.send(new DeleteAliasCommand({ FunctionName: fn, Name: 'aliasname1_1' }));
    recorded.expectAnswer(deleted, status(204));
    recorded.expectAnswer(await listAliases(fn), { Aliases: [twoLater, three, four], ...status(200) });
  });

  it('test_alias_naming', async () => {
    const recorded = recordedCase();
    const fn = await stagingFunction(recorded);
    recorded.expectAnswer(
      await publish(fn),
      configuration({ ...STAGING, ...ACTIVE, ...version('1'), RevisionId: '<uuid:2>', ...status(201) }),
    );
    const input = { FunctionName: fn, FunctionVersion: '1', Description: 'custom-alias' };
    const dated = alias('2024-01-02', '1', 3);
    recorded.expectAnswer(await createAlias({ ...input, Name: '2024-01-02' }), { ...dated, ...status(201) });
    recorded.expectAnswer(await getAlias(fn, '2024-01-02'), { ...dated, ...status(200) });
    await lambda.client.send(new InvokeCommand({ FunctionName: `${fn}:2024-01-02` }));
    recorded.expectAnswer(
      await answerOf(createAlias({ ...input, Name: '2024' })),
      validation(
        "Value '2024' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)",
      ),
    );
  });

  it('test_non_existent_alias_deletion', async () => {
    const recorded = recordedCase();
    const fn = await stagingFunction(recorded);
    const deleted = await lambda.client.send(new DeleteAliasCommand({ FunctionName: fn, Name: 'non-existent' }));
    recorded.expectAnswer(deleted, status(204));
  });

  it('test_non_existent_alias_update', async () => {
    const recorded = recordedCase();
    const fn = await stagingFunction(recorded);
    recorded.expectAnswer(
      await answerOf(updateAlias(fn, 'non-existent')),
      notFound(`Alias not found: ${functionArn('<function-name:1>:non-existent')}`),
    );
  });

  it('test_notfound_and_invalid_routingconfigs', async () => {
    const recorded = recordedCase();
    const created = await lambda.create({ ...STAGING, Publish: true });
    recorded.expectAnswer(
      created,
      configuration({ ...STAGING, ...PENDING, Version: '1', RevisionId: '<uuid:1>', ...status(201) }),
    );
    const fn = created.FunctionName!;
    recorded.expectAnswer(
      await publish(fn),
      configuration({ ...STAGING, ...ACTIVE, ...version('1'), RevisionId: '<uuid:2>', ...status(201) }),
    );
    await lambda.setEnvironment(fn, PROD.Environment.Variables);
    recorded.expectAnswer(
      await publish(fn),
      configuration({ ...PROD, ...ACTIVE, ...version('2'), RevisionId: '<uuid:3>', ...status(201) }),
    );

    const attempt = (FunctionVersion: string, weights: Record<string, number>, more: object = {}) =>
      answerOf(
        createAlias({
          FunctionName: fn,
          Name: 'custom',
          FunctionVersion,
          RoutingConfig: { AdditionalVersionWeights: weights },
          ...more,
        }),
      );
    const badWeights = (weights: string) =>
      validation(
        `Value '${weights}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]`,
      );
    const noVersion = (rest: string) => notFound(`Function not found: ${functionArn(rest)}`);

    recorded.expectAnswer(
      await attempt('1', { '1': 0.8, '2': 0.2 }),
      invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1'),
    );
    recorded.expectAnswer(await attempt('1', { '2': 2 }), badWeights('{2=2.0}'));
    recorded.expectAnswer(await attempt('1', { '2': -1 }), badWeights('{2=-1.0}'));
    recorded.expectAnswer(
      await attempt('1', { '1': 0.5 }),
      invalidParameter('Invalid function version 1. Function version 1 is already included in routing configuration.'),
    );
    recorded.expectAnswer(await attempt('10', { '2': 0.5 }), noVersion('<function-name:1>:10'));
    recorded.expectAnswer(await attempt('1', { '10': 0.5 }), noVersion('<function-name:1>:10'));
    recorded.expectAnswer(await attempt('$LATEST', { '1': 0.5 }), {
      Error: {
        Code: 'InvalidParameterValueException',
        Message: '$LATEST is not supported for an alias pointing to more than 1 version',
      },
      ...status(400),
    });
    recorded.expectAnswer(
      await attempt('1', { $LATEST: 0.5 }),
      validation(
        "Value '{$LATEST=0.5}' at 'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
      ),
    );
    const plain = { Description: '' };
    recorded.expectAnswer(await createAlias({ FunctionName: fn, Name: 'custom-latest', FunctionVersion: '$LATEST' }), {
      ...alias('custom-latest', '$LATEST', 4, plain),
      ...status(201),
    });
    recorded.expectAnswer(
      await attempt('1', { '2': 0.5 }, { FunctionName: `${fn}-unknown` }),
      noVersion('<function-name:1>-unknown:1'),
    );
    recorded.expectAnswer(await attempt('1', {}, { Name: 'custom-empty-routingconfig' }), {
      ...alias('custom-empty-routingconfig', '1', 5, plain),
      ...status(201),
    });
    recorded.expectAnswer(await attempt('1', { '2': 0.5 }), {
      ...alias('custom', '1', 6, { ...plain, RoutingConfig: { AdditionalVersionWeights: { '2': 0.5 } } }),
      ...status(201),
    });
    recorded.expectAnswer(
      await attempt('1', { '2': 0.5 }),
      userError(409, 'ResourceConflictException', `Alias already exists: ${functionArn('<function-name:1>:custom')}`),
    );
    recorded.expectAnswer(
      await answerOf(getAlias(fn, 'non-existent')),
      notFound(`Cannot find alias arn: ${functionArn('<function-name:1>:non-existent')}`),
    );
  });

  it('test_function_revisions_basic', async () => {
    const recorded = recordedCase();
    const base = { ...EMPTY, Timeout: 30 };
    const created = await lambda.create(base);
    recorded.expectAnswer(created, configuration({ ...base, ...PENDING, ...latest(1), ...status(201) }));
    const fn = created.FunctionName!;
    const active = await lambda.get(fn);
    recorded.expectAnswer(active, got(configuration({ ...base, ...ACTIVE, ...latest(2) })));

    const update = (RevisionId: string) =>
      lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName: fn, ZipFile: SOME_CODE, RevisionId }));
    recorded.expectAnswer(await answerOf(update('wrong')), STALE_REVISION);
    recorded.expectAnswer(
      await update(active.Configuration!.RevisionId!),
      configuration({ ...base, ...UPDATING, ...latest(3), ...status(200) }),
    );
    await lambda.pass();
    const updated = await lambda.get(fn);
    recorded.expectAnswer(updated, got(configuration({ ...base, ...ACTIVE, ...latest(4) })));

    const RevisionId = updated.Configuration!.RevisionId!;
    const older = { ...base, Runtime: 'python3.8', RuntimeVersionConfig: runtime(3) };
    recorded.expectAnswer(await answerOf(configure(fn, { Runtime: 'python3.8', RevisionId: 'wrong' })), STALE_REVISION);
    recorded.expectAnswer(
      await configure(fn, { Runtime: 'python3.8', RevisionId }),
      configuration({ ...older, ...UPDATING, ...latest(5), ...status(200) }),
    );
    await lambda.pass();
    recorded.expectAnswer(await lambda.get(fn), got(configuration({ ...older, ...ACTIVE, ...latest(6) })));
  });

  it('test_function_revisions_permissions', async () => {
    const recorded = recordedCase();
    const { FunctionName } = await lambda.create();
    const added = lambda.client.send(
      new AddPermissionCommand({
        FunctionName,
        StatementId: 's3',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        RevisionId: 'wrong',
      }),
    );
    recorded.expectAnswer(
      await answerOf(added),
      userError(
        412,
        'PreconditionFailedException',
        'The Revision Id provided does not match the latest Revision Id. Call the GetPolicy API to retrieve the latest Revision Id',
      ),
    );
  });

  it('test_function_revisions_version_and_alias', async () => {
    const recorded = recordedCase();
    const base = { ...EMPTY, Timeout: 30, Handler: 'handler.handler' };
    const created = await lambda.create(base);
    recorded.expectAnswer(created, configuration({ ...base, ...PENDING, ...latest(1), ...status(201) }));
    const fn = created.FunctionName!;
    const active = await lambda.get(fn);
    recorded.expectAnswer(active, got(configuration({ ...base, ...ACTIVE, ...latest(2) })));
    recorded.expectAnswer(await answerOf(publish(fn, { RevisionId: 'wrong' })), STALE_REVISION);

    const first = configuration({ ...base, ...ACTIVE, ...version('1'), RevisionId: '<uuid:3>' });
    recorded.expectAnswer(await publish(fn, { RevisionId: active.Configuration!.RevisionId! }), {
      ...first,
      ...status(201),
    });
    await lambda.pass();
    recorded.expectAnswer(await lambda.get(fn, '1'), got(first));
    const latestAfter = got(configuration({ ...base, ...ACTIVE, ...latest(4) }));
    recorded.expectAnswer(await lambda.get(fn), latestAfter);

    const made = await createAlias({ FunctionName: fn, Name: 'revision_alias', FunctionVersion: '1' });
    recorded.expectAnswer(made, { ...alias('revision_alias', '1', 5, { Description: '' }), ...status(201) });
    recorded.expectAnswer(await lambda.get(fn), latestAfter);
    recorded.expectAnswer(await lambda.get(fn, '1'), got(first));
    recorded.expectAnswer(await answerOf(updateAlias(fn, 'revision_alias', { RevisionId: 'wrong' })), STALE_REVISION);
    recorded.expectAnswer(
      await updateAlias(fn, 'revision_alias', { Description: 'something changed', RevisionId: made.RevisionId! }),
      { ...alias('revision_alias', '1', 6, { Description: 'something changed' }), ...status(200) },
    );
  });

  it('test_publish_version_on_create', async () => {
    const recorded = recordedCase();
    const created = await lambda.create({ Publish: true });
    recorded.expectAnswer(created, configuration({ ...PENDING, Version: '1', RevisionId: '<uuid:1>', ...status(201) }));
    const fn = created.FunctionName!;
    recorded.expectAnswer(await lambda.get(fn), got(configuration({ ...ACTIVE, ...latest(2) })));
    const first = { ...version('1'), RevisionId: '<uuid:3>' };
    recorded.expectAnswer(await lambda.get(fn, '1'), got(configuration({ ...ACTIVE, ...first })));
    const newest = { FunctionArn: functionArn('<function-name:1>:$LATEST'), RevisionId: '<uuid:2>' };
    recorded.expectAnswer(await lambda.get(fn, '$LATEST'), got(configuration({ ...ACTIVE, ...newest })));
    const both = { Versions: [listed(newest), listed(first)], ...status(200) };
    recorded.expectAnswer(await listVersions(fn), both);
    recorded.expectAnswer(
      await publish(fn, { Description: 'Repeated version description :)' }),
      configuration({ ...ACTIVE, ...first, ...status(201) }),
    );
    recorded.expectAnswer(await listVersions(fn), both);
  });

  it('test_publish_with_update', async () => {
    const recorded = recordedCase();
    const created = await lambda.create();
    recorded.expectAnswer(created, configuration({ ...PENDING, ...latest(1), ...status(201) }));
    const fn = created.FunctionName!;
    recorded.expectAnswer(await lambda.get(fn), got(configuration({ ...ACTIVE, ...latest(2) })));
    const published = configuration({ ...OTHER, ...PENDING, ...version('1'), RevisionId: '<uuid:3>' });
    recorded.expectAnswer(
      await lambda.client.send(new UpdateFunctionCodeCommand({ FunctionName: fn, ZipFile: OTHER_CODE, Publish: true })),
      { ...published, ...status(200) },
    );
    recorded.expectAnswer(await lambda.get(fn, '1'), got(published));
    recorded.expectAnswer(
      await lambda.get(fn, '$LATEST'),
      got(
        configuration({
          ...OTHER,
          ...UPDATING,
          ...latest(4),
          FunctionArn: functionArn('<function-name:1>:$LATEST'),
        }),
      ),
    );
  });

  it('test_publish_with_wrong_sha256', async () => {
    const recorded = recordedCase();
    const created = await lambda.create();
    recorded.expectAnswer(created, configuration({ ...PENDING, ...latest(1), ...status(201) }));
    const fn = created.FunctionName!;
    const active = await lambda.get(fn);
    recorded.expectAnswer(active, got(configuration({ ...ACTIVE, ...latest(2) })));
    recorded.expectAnswer(
      await answerOf(publish(fn, { CodeSha256: 'somenonexistentsha256' })),
      invalidParameter(
        'CodeSHA256 (somenonexistentsha256) is different from current CodeSHA256 in $LATEST (<code-sha:1>). Please try again with the CodeSHA256 in $LATEST.',
      ),
    );
    recorded.expectAnswer(
      await publish(fn, { CodeSha256: active.Configuration!.CodeSha256! }),
      configuration({ ...ACTIVE, ...version('1'), RevisionId: '<uuid:3>', ...status(201) }),
    );
  });

  it('test_version_lifecycle', async () => {
    const recorded = recordedCase();
    const described = (Description: string, members: object) => configuration({ Description, ...members });
    const created = await lambda.create({ Description: 'No version :(' });
    recorded.expectAnswer(created, described('No version :(', { ...PENDING, ...latest(1), ...status(201) }));
    const fn = created.FunctionName!;
    recorded.expectAnswer(await lambda.get(fn), got(described('No version :(', { ...ACTIVE, ...latest(2) })));
    const newest = { FunctionArn: functionArn('<function-name:1>:$LATEST') };
    recorded.expectAnswer(await listVersions(fn), {
      Versions: [listed({ Description: 'No version :(', ...newest, ...latest(2) })],
      ...status(200),
    });

    recorded.expectAnswer(
      await configure(fn, { Description: 'First version :)' }),
      described('First version :)', { ...UPDATING, ...latest(3), ...status(200) }),
    );
    await lambda.pass();
    recorded.expectAnswer(await lambda.get(fn), got(described('First version :)', { ...ACTIVE, ...latest(4) })));
    const first = { Description: 'First version description :)', ...version('1'), RevisionId: '<uuid:5>' };
    recorded.expectAnswer(
      await publish(fn, { Description: 'First version description :)' }),
      configuration({ ...first, ...ACTIVE, ...status(201) }),
    );
    recorded.expectAnswer(await lambda.get(fn, '1'), got(configuration({ ...first, ...ACTIVE })));
    recorded.expectAnswer(
      await lambda.client.send(new GetFunctionConfigurationCommand({ FunctionName: fn, Qualifier: '1' })),
      configuration({ ...first, ...ACTIVE, ...status(200) }),
    );

    recorded.expectAnswer(
      await configure(fn, { Description: 'Second version :))' }),
      described('Second version :))', { ...UPDATING, ...latest(6), ...status(200) }),
    );
    await lambda.pass();
    recorded.expectAnswer(await lambda.get(fn, '1'), got(configuration({ ...first, ...ACTIVE })));
    const second = { Description: 'Second version :))', ...version('2'), RevisionId: '<uuid:7>' };
    const answered = configuration({ ...second, ...ACTIVE, ...status(201) });
    recorded.expectAnswer(await publish(fn), answered);
    recorded.expectAnswer(await publish(fn, { Description: 'Third version description :)))' }), answered);
    const current = listed({ Description: 'Second version :))', ...newest, ...latest(8) });
    recorded.expectAnswer(await listVersions(fn), {
      Versions: [current, listed(first), listed(second)],
      ...status(200),
    });
    await lambda.client.send(new DeleteFunctionCommand({ FunctionName: `${fn}:1` }));
    recorded.expectAnswer(await listVersions(fn), { Versions: [current, listed(second)], ...status(200) });
  });
});
