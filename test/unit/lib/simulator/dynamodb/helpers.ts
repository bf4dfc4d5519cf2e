import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SimulatedClock } from '../../../../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../../../../src/lib/simulator/simulator.ts';

export interface Bench {
  readonly simulator: Simulator;
  readonly clock: SimulatedClock;
  readonly client: DynamoDBClient;
  close(): Promise<void>;
}

export const START = Date.parse('2026-03-02T00:00:00Z');

/** A simulator whose time stands still, and AWS's own client on it, without retries. */
export async function bench(): Promise<Bench> {
  const clock = new SimulatedClock({ rate: 0, start: START });
  const simulator = await Simulator.start({ clock });
  const client = new DynamoDBClient({
    endpoint: simulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
  return {
    simulator,
    clock,
    client,
    close: async () => {
      client.destroy();
      await simulator.close();
    },
  };
}

/** Makes a table and waits until it is ACTIVE. The default key is `pk` and `sk`, both strings, on demand. */
export async function makeTable(on: Bench, input: Partial<CreateTableCommandInput> = {}): Promise<string> {
  const name = input.TableName ?? 'events';
  await on.client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      ...(input.ProvisionedThroughput === undefined ? { BillingMode: 'PAY_PER_REQUEST' } : {}),
      ...input,
    }),
  );
  await on.clock.advance(1000);
  return name;
}

/** The name and message of the error that a call answers with; fails when it succeeds. */
export async function errorOf(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  try {
    await call;
  } catch (cause) {
    const { name, message } = cause as Error;
    return { name, message };
  }
  throw new Error('The call succeeded, but an error was expected.');
}
