import type { LogSink, Region } from '../kernel/region.ts';
import type { Operation, Service } from '../kernel/service.ts';

export class Logs implements Service {
  readonly id = 'logs';
  readonly operations: Readonly<Record<string, Operation>> = {};
  write: LogSink['write'] = () => {};
  constructor(readonly region: Region) {}
}
