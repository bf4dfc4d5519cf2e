import type { Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class Scheduler implements Service {
  readonly id = 'scheduler';
  readonly operations: Readonly<Record<string, Operation>> = {};
  close(): void {}
  constructor(readonly region: Region) {}
}
