import type { QueuePort, Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class Sqs implements Service {
  readonly id = 'sqs';
  readonly operations: Readonly<Record<string, Operation>> = {};
  readonly port: QueuePort = { byArn: () => undefined };
  close(): void {}
  constructor(readonly region: Region) {}
}
