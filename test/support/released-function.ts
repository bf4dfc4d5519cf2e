import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { strToU8, zipSync } from 'fflate';
import type { Clock } from '../../src/lib/clock.ts';
import { parseEntry } from '../../src/lib/release-ledger/entry-row.ts';
import type { ReleaseEntry } from '../../src/lib/release-ledger/release-entry.ts';
import { type Operate, operator } from '../../src/lib/sandbox/operate.ts';
import { RELEASE_TABLE } from '../../src/lib/sandbox/release-table.ts';
import { Simulator } from '../../src/lib/simulator/simulator.ts';
import { endpointEnv } from './endpoint-env.ts';
import { passingTime } from './passing-time.ts';

/** What the simulator does to a function is over by then. */
const SETTLE_MS = 200;

/** A simulator with `cv-analytics-processor`, some published versions, and an alias `live` on the newest. */
export class ReleasedFunction {
  readonly simulator: Simulator;
  readonly client: LambdaClient;
  readonly name = 'cv-analytics-processor';

  private constructor(simulator: Simulator) {
    this.simulator = simulator;
    this.client = new LambdaClient({
      endpoint: simulator.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  /** Credentials, region and endpoint for `runCli`. */
  get env(): Record<string, string> {
    return endpointEnv(this.simulator.endpoint);
  }

  /** The same with the simulator's time, in which waiting takes none. */
  get host(): { readonly env: Record<string, string>; readonly clock: Clock } {
    return { env: this.env, clock: passingTime(this.simulator.clock) };
  }

  static async start(versions: number): Promise<ReleasedFunction> {
    const released = new ReleasedFunction(await Simulator.start());
    await released.operate('dynamodb', 'CreateTable', RELEASE_TABLE);
    await released.client.send(
      new CreateFunctionCommand({
        FunctionName: released.name,
        Role: 'arn:aws:iam::000000000000:role/processor',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Code: { ZipFile: code(source(1)) },
        Environment: { Variables: { TABLE: 'events', SECRET: 'do-not-show-1' } },
      }),
    );
    await released.#settle();
    await released.client.send(new PublishVersionCommand({ FunctionName: released.name }));
    await released.#settle();
    for (let version = 2; version <= versions; version++) await released.publish(version);
    await released.client.send(
      new CreateAliasCommand({ FunctionName: released.name, Name: 'live', FunctionVersion: String(versions) }),
    );
    return released;
  }

  /** Calls the simulator without HTTP between. */
  get operate(): Operate {
    return operator(this.simulator, 'us-east-1', 'test');
  }

  /** What the ledger holds of this alias, oldest first. */
  async ledger(): Promise<readonly ReleaseEntry[]> {
    const { Items } = await this.operate('dynamodb', 'Query', {
      TableName: RELEASE_TABLE.TableName,
      KeyConditionExpression: '#target = :target',
      ExpressionAttributeNames: { '#target': 'target' },
      ExpressionAttributeValues: { ':target': { S: `${this.name}:live` } },
    });
    return Items.map(({ entry }: { entry: { S: string } }) => parseEntry(entry.S));
  }

  /** Publishes the next version; its code differs from all others. */
  async publish(seed: number, environment?: Record<string, string>): Promise<string> {
    const FunctionName = this.name;
    if (environment !== undefined) {
      await this.client.send(
        new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: environment } }),
      );
      await this.#settle();
    }
    return this.publishSource(source(seed));
  }

  /** Publishes the next version from this text of its module. */
  async publishSource(text: string): Promise<string> {
    const FunctionName = this.name;
    await this.client.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: code(text) }));
    await this.#settle();
    const { Version } = await this.client.send(new PublishVersionCommand({ FunctionName }));
    await this.#settle();
    return Version!;
  }

  /** Creating, updating and publishing take simulated time. */
  async #settle(): Promise<void> {
    await this.simulator.clock.advance(SETTLE_MS);
  }

  /** What the alias is now. */
  async alias() {
    const answer = await this.client.send(new GetAliasCommand({ FunctionName: this.name, Name: 'live' }));
    return {
      version: answer.FunctionVersion,
      weights: answer.RoutingConfig?.AdditionalVersionWeights ?? {},
      description: answer.Description,
    };
  }

  /** Moves the alias as somebody else's tool would. */
  async foreignMove(change: {
    version?: string;
    weights?: Record<string, number>;
    description?: string;
  }): Promise<void> {
    await this.client.send(
      new UpdateAliasCommand({
        FunctionName: this.name,
        Name: 'live',
        ...(change.version === undefined ? {} : { FunctionVersion: change.version }),
        ...(change.description === undefined ? {} : { Description: change.description }),
        ...(change.weights === undefined ? {} : { RoutingConfig: { AdditionalVersionWeights: change.weights } }),
      }),
    );
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.simulator.close();
  }
}

function source(seed: number): string {
  return `export const handler = async () => ${seed};\n`;
}

function code(text: string): Uint8Array {
  return zipSync({ 'index.mjs': strToU8(text) });
}
