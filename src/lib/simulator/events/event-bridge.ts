import type { Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class EventBridge implements Service {
  readonly id = 'events';
  readonly operations: Readonly<Record<string, Operation>> = {};
  close(): void {}
  constructor(readonly region: Region) {}
}
