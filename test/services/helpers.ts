import { randomUUID } from 'node:crypto';
import { AwsApi } from '../../services/shared/aws-api.ts';
import type { AnalyticsEvent } from '../../services/shared/event.ts';
import type { Log } from '../../services/shared/log.ts';
import { nodeSignedPost } from '../../services/shared/node-signed-post.ts';
import { SimulatedClock } from '../../src/lib/simulator/kernel/clock.ts';
import { Simulator } from '../../src/lib/simulator/simulator.ts';

/** A Monday. */
export const START = Date.parse('2026-03-09T09:00:00Z');

export interface Bench {
  readonly simulator: Simulator;
  readonly clock: SimulatedClock;
  /** Runs an operation of the simulator as a client would, without HTTP between. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs and outputs are AWS's
  operate(service: 'sqs' | 'dynamodb' | 'sns', operation: string, input: Record<string, unknown>): Promise<any>;
  api(service: 'dynamodb' | 'sns' | 'sqs'): AwsApi;
  close(): Promise<void>;
}

/** A simulator whose time stands still, and the services' own client on it. */
export async function bench(): Promise<Bench> {
  const clock = new SimulatedClock({ rate: 0, start: START });
  const simulator = await Simulator.start({ clock });
  const api = (service: 'dynamodb' | 'sns' | 'sqs') =>
    new AwsApi(
      nodeSignedPost({
        service,
        region: 'us-east-1',
        endpoint: simulator.endpoint,
        accessKeyId: 'test',
        secretAccessKey: 'test',
        timeoutMs: 5_000,
      }),
    );
  return {
    simulator,
    clock,
    api,
    operate: async (service, operation, input) => {
      if (service !== 'sns') {
        const target = { sqs: 'AmazonSQS', dynamodb: 'DynamoDB_20120810' }[service];
        return api(service).json(`${target}.${operation}`, input);
      }
      return api('sns').query({ Action: operation, Version: '2010-03-31', ...(input as Record<string, string>) });
    },
    close: () => simulator.close(),
  };
}

export const TABLE = 'events';

/** The events table as Terraform makes it; provisioned when `writeUnits` is given. */
export async function makeTable(on: Bench, writeUnits?: number): Promise<void> {
  await on.operate('dynamodb', 'CreateTable', {
    TableName: TABLE,
    AttributeDefinitions: [
      { AttributeName: 'day', AttributeType: 'S' },
      { AttributeName: 'id', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'day', KeyType: 'HASH' },
      { AttributeName: 'id', KeyType: 'RANGE' },
    ],
    ...(writeUnits === undefined
      ? { BillingMode: 'PAY_PER_REQUEST' }
      : { ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: writeUnits } }),
  });
  // Longer than CREATING takes; what a second and a half brings in write units is part of the tests.
  await on.clock.advance(1_000);
}

export function queryEvent(change: Partial<AnalyticsEvent> & Record<string, unknown> = {}): AnalyticsEvent {
  return {
    id: randomUUID(),
    type: 'query',
    sessionId: 'session-1',
    occurredAt: '2026-03-04T10:15:00.000Z',
    query: 'Do you know Terraform?',
    ...change,
  } as AnalyticsEvent;
}

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A log that keeps its lines. */
export function memoryLog(): { log: Log; lines: LogLine[] } {
  const lines: LogLine[] = [];
  return { lines, log: (level, message, fields) => void lines.push({ level, message, ...fields }) };
}
