import {
  DeleteAliasCommand,
  GetAliasCommand,
  GetFunctionConfigurationCommand,
  ListAliasesCommand,
} from '@aws-sdk/client-lambda';
import type { ConformanceCase } from './case.ts';
import { equal, holds, refused } from './check.ts';
import { answering, TestFunction } from './functions.ts';

const API = 'https://docs.aws.amazon.com/lambda/latest/api';
const UPDATE = `${API}/API_UpdateAlias.html`;
const ROUTING = 'https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html';
const INVALID = { name: 'InvalidParameterValueException', status: 400 };
const MALFORMED = { name: 'ValidationException', status: 400 };

export const lambdaAliasCases: readonly ConformanceCase[] = [
  {
    id: 'lambda.alias.create',
    service: 'Lambda',
    text: 'An alias has an ARN of its own, a version and a RevisionId; its name can be taken once',
    link: `${API}/API_CreateAlias.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      await made.publish();
      const alias = await made.alias('live', '1');
      holds(alias.AliasArn?.endsWith(`:function:${made.name}:live`), 'the ARN ends with function and alias');
      equal(alias.FunctionVersion, '1', 'FunctionVersion');
      holds(alias.RevisionId, 'it has a RevisionId');
      await refused(made.alias('live', '1'), { name: 'ResourceConflictException', status: 409 }, 'the same name again');
    },
  },
  {
    id: 'lambda.alias.name',
    service: 'Lambda',
    text: 'A number is no name of an alias',
    link: `${API}/API_CreateAlias.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      await made.publish();
      await refused(made.alias('2024', '1'), MALFORMED, 'an alias named 2024');
    },
  },
  {
    id: 'lambda.alias.stale-revision',
    service: 'Lambda',
    text: 'UpdateAlias refuses a RevisionId that is not the latest with 412, and changes nothing',
    link: UPDATE,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      const before = await world.lambda.send(new GetAliasCommand({ FunctionName: made.name, Name: 'live' }));
      await made.updateAlias('live', { description: 'someone else was quicker' });
      await refused(
        made.updateAlias('live', { version: '2', revisionId: before.RevisionId! }),
        {
          name: 'PreconditionFailedException',
          status: 412,
        },
        'an update with a stale RevisionId',
      );
      const after = await world.lambda.send(new GetAliasCommand({ FunctionName: made.name, Name: 'live' }));
      equal([after.FunctionVersion, after.Description], ['1', 'someone else was quicker'], 'version and description');
    },
  },
  {
    id: 'lambda.alias.revision-changes',
    service: 'Lambda',
    text: 'Each update of an alias gives it a new RevisionId, with which the next update succeeds',
    link: UPDATE,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      const first = await made.updateAlias('live', { version: '2' });
      const second = await made.updateAlias('live', { version: '1', revisionId: first.RevisionId! });
      holds(second.RevisionId !== first.RevisionId, 'the RevisionId is new');
      const read = await world.lambda.send(new GetAliasCommand({ FunctionName: made.name, Name: 'live' }));
      equal(read.RevisionId, second.RevisionId, 'RevisionId that GetAlias answers');
    },
  },
  {
    id: 'lambda.alias.keeps-split',
    service: 'Lambda',
    text: 'UpdateAlias without RoutingConfig keeps the split',
    link: UPDATE,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.updateAlias('live', { weights: { '2': 0.1 } });
      const answer = await made.updateAlias('live', { description: 'note' });
      equal(answer.RoutingConfig?.AdditionalVersionWeights, { '2': 0.1 }, 'weights');
      equal(answer.FunctionVersion, '1', 'FunctionVersion');
    },
  },
  {
    id: 'lambda.alias.clears-split',
    service: 'Lambda',
    text: 'UpdateAlias with empty weights ends the split, in the same call that moves the version',
    link: UPDATE,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.updateAlias('live', { weights: { '2': 0.5 } });
      await made.updateAlias('live', { version: '2', weights: {} });
      const alias = await world.lambda.send(new GetAliasCommand({ FunctionName: made.name, Name: 'live' }));
      equal(alias.FunctionVersion, '2', 'FunctionVersion');
      equal(alias.RoutingConfig?.AdditionalVersionWeights ?? {}, {}, 'weights');
    },
  },
  {
    id: 'lambda.alias.one-call',
    service: 'Lambda',
    text: 'One UpdateAlias writes version, weights and description, up to 256 characters',
    link: UPDATE,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      const description = 'd'.repeat(256);
      await made.updateAlias('live', { version: '2', weights: { '1': 0.25 }, description });
      const alias = await world.lambda.send(new GetAliasCommand({ FunctionName: made.name, Name: 'live' }));
      equal(
        [alias.FunctionVersion, alias.RoutingConfig?.AdditionalVersionWeights, alias.Description],
        ['2', { '1': 0.25 }, description],
        'version, weights, description',
      );
      await refused(
        made.updateAlias('live', { description: `${description}d` }),
        MALFORMED,
        'a description of 257 characters',
      );
    },
  },
  {
    id: 'lambda.alias.weight-range',
    service: 'Lambda',
    text: 'A weight is 0.0 to 1.0',
    link: ROUTING,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await refused(made.updateAlias('live', { weights: { '2': 2 } }), MALFORMED, 'a weight of 2');
      await refused(made.updateAlias('live', { weights: { '2': -1 } }), MALFORMED, 'a weight of -1');
    },
  },
  {
    id: 'lambda.alias.two-versions-at-most',
    service: 'Lambda',
    text: 'An alias has at most one additional version',
    link: ROUTING,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.update(answering('three'));
      await made.publish();
      await refused(made.updateAlias('live', { weights: { '2': 0.1, '3': 0.1 } }), INVALID, 'two additional versions');
    },
  },
  {
    id: 'lambda.alias.not-itself',
    service: 'Lambda',
    text: 'The additional version is another than the primary one',
    link: ROUTING,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await refused(
        made.updateAlias('live', { version: '1', weights: { '1': 0.5 } }),
        INVALID,
        'the primary version as additional one',
      );
    },
  },
  {
    id: 'lambda.alias.no-latest-in-split',
    service: 'Lambda',
    text: '$LATEST takes no part in a split, neither as primary nor as additional version',
    link: ROUTING,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await refused(
        made.updateAlias('live', { weights: { $LATEST: 0.5 } }),
        MALFORMED,
        '$LATEST as additional version',
      );
      await refused(made.alias('beta', '$LATEST', { '2': 0.5 }), INVALID, '$LATEST as primary version of a split');
    },
  },
  {
    id: 'lambda.alias.versions-must-exist',
    service: 'Lambda',
    text: 'An alias cannot name a version that does not exist',
    link: UPDATE,
    async run(world) {
      const made = await TestFunction.live(world, answering('one'));
      const gone = { name: 'ResourceNotFoundException', status: 404 };
      await refused(made.updateAlias('live', { version: '10' }), gone, 'version 10');
      await refused(made.updateAlias('live', { weights: { '10': 0.5 } }), gone, 'version 10 in the weights');
    },
  },
  {
    id: 'lambda.alias.absent',
    service: 'Lambda',
    text: 'An absent alias is 404 on read and update; deleting it is no error',
    link: `${API}/API_DeleteAlias.html`,
    async run(world) {
      const made = await TestFunction.create(world, answering('one'));
      const gone = { name: 'ResourceNotFoundException', status: 404 };
      const read = new GetAliasCommand({ FunctionName: made.name, Name: 'live' });
      await refused(world.lambda.send(read), gone, 'GetAlias');
      await refused(made.updateAlias('live', { description: 'x' }), gone, 'UpdateAlias');
      await world.lambda.send(new DeleteAliasCommand({ FunctionName: made.name, Name: 'live' }));
    },
  },
  {
    id: 'lambda.alias.list',
    service: 'Lambda',
    text: 'ListAliases can be narrowed to the aliases of one version',
    link: `${API}/API_ListAliases.html`,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      await made.alias('next', '2');
      const names = async (FunctionVersion?: string) => {
        const { Aliases = [] } = await world.lambda.send(
          new ListAliasesCommand({ FunctionName: made.name, FunctionVersion }),
        );
        return Aliases.map((alias) => alias.Name);
      };
      equal((await names()).toSorted(), ['live', 'next'], 'all aliases');
      equal(await names('2'), ['next'], 'aliases of version 2');
    },
  },
  {
    id: 'lambda.alias.configuration',
    service: 'Lambda',
    text: 'The configuration of an alias is that of its version',
    link: `${API}/API_GetFunctionConfiguration.html`,
    async run(world) {
      const made = await TestFunction.twoVersions(world);
      const read = await world.lambda.send(
        new GetFunctionConfigurationCommand({ FunctionName: made.name, Qualifier: 'live' }),
      );
      equal([read.Version, read.CodeSha256], ['1', (await made.configuration('1')).CodeSha256], 'version and code');
    },
  },
];
