import type { Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class DynamoDb implements Service {
  readonly id = 'dynamodb';
  readonly operations: Readonly<Record<string, Operation>> = {};

  constructor(readonly region: Region) {}
}
