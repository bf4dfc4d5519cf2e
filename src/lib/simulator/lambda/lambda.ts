import type { InvokePort, Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class Lambda implements Service {
  readonly id = 'lambda';
  readonly operations: Readonly<Record<string, Operation>> = {};
  readonly port: InvokePort = { invokeAsync: () => {} };
  async close(): Promise<void> {}
  constructor(readonly region: Region) {}
}
