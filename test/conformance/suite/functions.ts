import { createHash } from 'node:crypto';
import { DeleteLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import type { World } from './case.ts';

/** A deployment package with one module; the same source gives the same bytes. */
export function zipOf(source: string): Uint8Array {
  return zipSync({ 'index.js': strToU8(source) }, { mtime: new Date('2024-01-01T00:00:00Z') });
}

export function sha256Of(zip: Uint8Array): string {
  return createHash('sha256').update(zip).digest('base64');
}

/** A handler that answers this text. */
export const answering = (text: string) => `exports.handler = async () => '${text}';`;

export interface FunctionSettings {
  readonly timeoutSeconds?: number;
  readonly environment?: Record<string, string>;
}

/** A function of one case. Each change waits until Lambda has settled, as a deployment must. */
export class TestFunction {
  readonly name: string;
  readonly #world: World;

  private constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
  }

  static async create(
    world: World,
    source: string,
    { timeoutSeconds = 3, environment = {} }: FunctionSettings = {},
  ): Promise<TestFunction> {
    const name = world.name('function');
    await world.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: world.roleArn,
        Timeout: timeoutSeconds,
        Environment: { Variables: environment },
        Code: { ZipFile: zipOf(source) },
      }),
    );
    world.cleanUp(() => world.logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/lambda/${name}` })));
    world.cleanUp(() => world.lambda.send(new DeleteFunctionCommand({ FunctionName: name })));
    const made = new TestFunction(world, name);
    await made.settled();
    return made;
  }

  /** A function with version 1 and an alias `live` on it. */
  static async live(world: World, source: string, settings?: FunctionSettings): Promise<TestFunction> {
    const made = await TestFunction.create(world, source, settings);
    await made.publish();
    await made.alias('live', '1');
    return made;
  }

  /** A function with versions 1 and 2, which answer `one` and `two`, and an alias `live` on version 1. */
  static async twoVersions(world: World): Promise<TestFunction> {
    const made = await TestFunction.live(world, answering('one'));
    await made.update(answering('two'));
    await made.publish();
    return made;
  }

  /** Waits until the function, or one version of it, is Active and its last update is done. */
  settled(qualifier?: string) {
    return this.#world.eventually(`${qualifier ?? '$LATEST'} is active`, async () => {
      const found = await this.configuration(qualifier);
      const active = found.State === undefined || found.State === 'Active' || found.State === 'Inactive';
      return active && found.LastUpdateStatus !== 'InProgress' ? found : undefined;
    });
  }

  configuration(Qualifier?: string) {
    return this.#world.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: this.name, Qualifier }));
  }

  async update(source: string, options: { Publish?: boolean; DryRun?: boolean; RevisionId?: string } = {}) {
    const answer = await this.#world.lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: this.name, ZipFile: zipOf(source), ...options }),
    );
    await this.settled();
    return answer;
  }

  async publish(options: { CodeSha256?: string; RevisionId?: string; Description?: string } = {}) {
    const answer = await this.#world.lambda.send(new PublishVersionCommand({ FunctionName: this.name, ...options }));
    await this.settled(answer.Version);
    return answer;
  }

  alias(Name: string, FunctionVersion: string, weights?: Record<string, number>) {
    return this.#world.lambda.send(
      new CreateAliasCommand({
        FunctionName: this.name,
        Name,
        FunctionVersion,
        RoutingConfig: weights === undefined ? undefined : { AdditionalVersionWeights: weights },
      }),
    );
  }

  updateAlias(
    Name: string,
    change: { version?: string; weights?: Record<string, number>; revisionId?: string; description?: string },
  ) {
    return this.#world.lambda.send(
      new UpdateAliasCommand({
        FunctionName: this.name,
        Name,
        FunctionVersion: change.version,
        RoutingConfig: change.weights === undefined ? undefined : { AdditionalVersionWeights: change.weights },
        RevisionId: change.revisionId,
        Description: change.description,
      }),
    );
  }

  /** The payload is parsed as JSON. */
  async invoke(Qualifier?: string, payload: unknown = {}) {
    const answer = await this.#world.lambda.send(
      new InvokeCommand({ FunctionName: this.name, Qualifier, Payload: Buffer.from(JSON.stringify(payload)) }),
    );
    const text = answer.Payload?.transformToString() ?? '';
    return { ...answer, result: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}
