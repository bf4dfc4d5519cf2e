import type { Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class CloudTrail implements Service {
  readonly id = 'cloudtrail';
  readonly operations: Readonly<Record<string, Operation>> = {};

  constructor(readonly region: Region) {}
}
