import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListVersionsByFunctionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import type { ConformanceCase } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { answering, sha256Of, TestFunction, zipOf } from './functions.ts';

const API = 'https://docs.aws.amazon.com/lambda/latest/api';
const VERSIONS = 'https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html';
const STALE = {
  name: 'PreconditionFailedException',
  status: 412,
};

export const lambdaVersionCases: readonly ConformanceCase[] = [
  {
    id: 'lambda.create',
    service: 'Lambda',
    text: 'A new function is $LATEST, with the SHA-256 of its package, and becomes Active',
    link: `${API}/API_CreateFunction.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('x'));
      const configuration = await made.configuration();
      equal(configuration.Version, '$LATEST', 'Version');
      equal(configuration.CodeSha256, sha256Of(zipOf(answering('x'))), 'CodeSha256');
      equal([configuration.State, configuration.LastUpdateStatus], ['Active', 'Successful'], 'state and update status');
      holds(configuration.RevisionId, 'it has a RevisionId');
    },
  },
  {
    id: 'lambda.create-pending',
    service: 'Lambda',
    text: 'CreateFunction answers before the function is ready: Pending, with the reason Creating',
    link: 'https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html',
    async run(world) {
      const FunctionName = world.name('function');
      const answer = await world.lambda.send(
        new CreateFunctionCommand({
          FunctionName,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: world.roleArn,
          Code: { ZipFile: zipOf(answering('x')) },
        }),
      );
      world.cleanUp(() => world.lambda.send(new DeleteFunctionCommand({ FunctionName })));
      equal([answer.State, answer.StateReasonCode], ['Pending', 'Creating'], 'state and reason');
    },
  },
  {
    id: 'lambda.publish.counts',
    service: 'Lambda',
    text: 'Versions are numbered 1, 2, … and keep their code when $LATEST changes',
    link: VERSIONS,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      equal((await made.publish()).Version, '1', 'first version');
      await made.update(answering('two'));
      equal((await made.publish()).Version, '2', 'second version');
      equal((await made.configuration('1')).CodeSha256, sha256Of(zipOf(answering('one'))), 'CodeSha256 of version 1');
      equal((await made.configuration('2')).CodeSha256, sha256Of(zipOf(answering('two'))), 'CodeSha256 of version 2');
    },
  },
  {
    id: 'lambda.publish.unchanged',
    service: 'Lambda',
    text: 'Publishing unchanged code and configuration publishes nothing and answers the existing version',
    link: `${API}/API_PublishVersion.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      await made.publish();
      equal((await made.publish()).Version, '1', 'version answered');
      const { Versions = [] } = await world.lambda.send(new ListVersionsByFunctionCommand({ FunctionName: made.name }));
      equal(
        Versions.map((version) => version.Version),
        ['$LATEST', '1'],
        'versions',
      );
    },
  },
  {
    id: 'lambda.publish.configuration',
    service: 'Lambda',
    text: 'A change of configuration alone makes a new version; the old one keeps its settings',
    link: VERSIONS,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'), { timeoutSeconds: 3 });
      await made.publish();
      await world.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: made.name, Timeout: 7 }));
      await made.settled();
      equal((await made.publish()).Version, '2', 'version answered');
      equal((await made.configuration('1')).Timeout, 3, 'timeout of version 1');
      equal((await made.configuration('2')).Timeout, 7, 'timeout of version 2');
    },
  },
  {
    id: 'lambda.publish.code-precondition',
    service: 'Lambda',
    text: 'PublishVersion refuses when $LATEST does not have the CodeSha256 that is asked for',
    link: `${API}/API_PublishVersion.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      await refused(
        made.publish({ CodeSha256: sha256Of(zipOf(answering('other'))) }),
        {
          name: 'InvalidParameterValueException',
          status: 400,
        },
        'a publish of other code',
      );
      equal((await made.publish({ CodeSha256: sha256Of(zipOf(answering('one'))) })).Version, '1', 'with the right one');
    },
  },
  {
    id: 'lambda.publish.revision-precondition',
    service: 'Lambda',
    text: 'PublishVersion refuses a RevisionId that is not the latest with 412',
    link: `${API}/API_PublishVersion.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      const { RevisionId } = await made.configuration();
      await made.update(answering('two'));
      await refused(made.publish({ RevisionId: RevisionId! }), STALE, 'a publish with a stale RevisionId');
      equal(
        (await made.publish({ RevisionId: (await made.configuration()).RevisionId! })).Version,
        '1',
        'with the latest',
      );
    },
  },
  {
    id: 'lambda.code.revision-precondition',
    service: 'Lambda',
    text: 'UpdateFunctionCode refuses a stale RevisionId with 412 and leaves the code',
    link: `${API}/API_UpdateFunctionCode.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      const { RevisionId } = await made.configuration();
      await made.update(answering('two'));
      await refused(
        made.update(answering('three'), { RevisionId: RevisionId! }),
        STALE,
        'an update with a stale RevisionId',
      );
      equal((await made.configuration()).CodeSha256, sha256Of(zipOf(answering('two'))), 'CodeSha256');
    },
  },
  {
    id: 'lambda.update-in-progress',
    service: 'Lambda',
    text: 'While an update is in progress the next one is refused (409): a deployment must wait in between',
    link: 'https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html',
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      const configure = (Timeout: number) =>
        world.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: made.name, Timeout }));
      equal((await configure(7)).LastUpdateStatus, 'InProgress', 'LastUpdateStatus answered by the update');
      await refused(configure(8), { name: 'ResourceConflictException', status: 409 }, 'a second update at once');
      await made.settled();
      await configure(9);
      equal((await made.settled()).Timeout, 9, 'timeout in the end');
    },
  },
  {
    id: 'lambda.code.dry-run',
    service: 'Lambda',
    text: 'UpdateFunctionCode with DryRun changes nothing',
    link: `${API}/API_UpdateFunctionCode.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      await made.update(answering('two'), { DryRun: true });
      equal((await made.configuration()).CodeSha256, sha256Of(zipOf(answering('one'))), 'CodeSha256');
    },
  },
  {
    id: 'lambda.code.publish',
    service: 'Lambda',
    text: 'UpdateFunctionCode with Publish answers the new version, and $LATEST has the same code',
    link: `${API}/API_UpdateFunctionCode.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      const answer = await made.update(answering('two'), { Publish: true });
      equal(answer.Version, '1', 'Version');
      equal((await made.configuration()).Version, '$LATEST', 'Version of the function without qualifier');
      equal((await made.configuration()).CodeSha256, answer.CodeSha256, 'CodeSha256 of $LATEST');
      equal((await made.configuration('1')).CodeSha256, answer.CodeSha256, 'CodeSha256 of version 1');
    },
  },
  {
    id: 'lambda.revision-changes',
    service: 'Lambda',
    text: 'Each update of the function gives it a new RevisionId',
    link: `${API}/API_UpdateFunctionConfiguration.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      const ids = new Set([(await made.configuration()).RevisionId]);
      await made.update(answering('two'));
      ids.add((await made.configuration()).RevisionId);
      await world.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: made.name, Timeout: 9 }));
      await made.settled();
      ids.add((await made.configuration()).RevisionId);
      equal(ids.size, 3, 'distinct revisions');
    },
  },
  {
    id: 'lambda.delete.aliased-version',
    service: 'Lambda',
    text: 'A version that an alias names, as primary or in its weights, cannot be deleted (409)',
    link: `${API}/API_DeleteFunction.html`,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.updateAlias('live', { weights: { '2': 0.1 } });
      const remove = (Qualifier: string) =>
        world.lambda.send(new DeleteFunctionCommand({ FunctionName: made.name, Qualifier }));
      await refused(remove('1'), { name: 'ResourceConflictException', status: 409 }, 'deleting the primary version');
      await refused(remove('2'), { name: 'ResourceConflictException', status: 409 }, 'deleting the weighted version');
      await made.updateAlias('live', { version: '2', weights: {} });
      await remove('1');
    },
  },
  {
    id: 'lambda.delete.version-only',
    service: 'Lambda',
    text: 'DeleteFunction with a version deletes that version only, and its number is not used again',
    link: `${API}/API_DeleteFunction.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      await made.publish();
      await world.lambda.send(new DeleteFunctionCommand({ FunctionName: made.name, Qualifier: '1' }));
      await refused(made.configuration('1'), { name: 'ResourceNotFoundException', status: 404 }, 'the deleted version');
      await made.update(answering('two'));
      equal((await made.publish()).Version, '2', 'next version');
    },
  },
  {
    id: 'lambda.delete.everything',
    service: 'Lambda',
    text: 'DeleteFunction without a version deletes the function with its versions and aliases',
    link: `${API}/API_DeleteFunction.html`,
    async run(world) {
      const made = await TestFunction.live(world, answering('one'));
      await world.lambda.send(new DeleteFunctionCommand({ FunctionName: made.name }));
      const gone = { name: 'ResourceNotFoundException', status: 404 };
      await refused(made.configuration(), gone, 'the function');
      await refused(made.configuration('1'), gone, 'the version');
      await refused(
        world.lambda.send(new GetAliasCommand({ FunctionName: made.name, Name: 'live' })),
        gone,
        'the alias',
      );
    },
  },
  {
    id: 'lambda.no-such-function',
    service: 'Lambda',
    text: 'An absent function or version is ResourceNotFoundException (404) with its ARN',
    link: `${API}/API_Invoke.html`,
    async run(world) {
      const name = world.name('absent');
      const gone = { name: 'ResourceNotFoundException', status: 404 };
      await refused(
        world.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
        gone,
        'the configuration of an absent function',
      );
      await refused(world.lambda.send(new InvokeCommand({ FunctionName: name })), gone, 'an invoke of it');
      const made = await TestFunction.create(world, answering('one'));
      await refused(made.invoke('7'), gone, 'an invoke of an absent version');
    },
  },
];
